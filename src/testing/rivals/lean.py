"""Runs the benchmark client of a serving engine without the engine: `lean.py vllm ARGS...`.

vLLM's and SGLang's clients are their own files, unchanged, with their own command lines. Only what
they import of the engine itself (torch and gigabytes of CUDA) is replaced by empty stand-ins, which
the measuring of requests never touches.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types


class Anything(type):
    """A class that stands for any name of a module that isn't there."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return make(name)

    def __or__(cls, other):
        return cls

    __ror__ = __or__


def make(name):
    return Anything(name, (), {"__init__": lambda self, *args, **kwargs: None})


class StandIn(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return make(name)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Packages in `bare` are entered without running their __init__; `absent` ones are stand-ins."""

    def __init__(self, bare, absent, names):
        self.bare, self.absent, self.names = bare, absent, names

    def find_spec(self, fullname, path=None, target=None):
        if fullname in self.bare:
            real = importlib.machinery.PathFinder.find_spec(fullname, path)
            spec = importlib.machinery.ModuleSpec(fullname, self, is_package=True)
            spec.submodule_search_locations = list(real.submodule_search_locations)
            return spec
        if any(fullname == each or fullname.startswith(each + ".") for each in self.absent):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec):
        return types.ModuleType(spec.name) if spec.name in self.bare else StandIn(spec.name)

    def exec_module(self, module):
        for name, value in self.names.get(module.__name__, {}).items():
            setattr(module, name, value)


def load_tokenizer(path, *args, **kwargs):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(path)


def vllm(args):
    absent = ["torch", "vllm.inputs", "vllm.lora", "vllm.multimodal", "vllm.tokenizers"]
    absent += ["vllm.transformers_utils", "vllm.utils.mistral"]
    names = {
        "vllm.tokenizers": {"get_tokenizer": load_tokenizer},
        "vllm.utils.mistral": {"is_mistral_tokenizer": lambda tokenizer: False},
    }
    sys.meta_path.insert(0, Finder({"vllm"}, absent, names))
    from vllm.benchmarks import serve
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    parser = FlexibleArgumentParser()
    serve.add_cli_args(parser)
    serve.main(parser.parse_args(args))


def sglang(args):
    names = {"sglang.srt.disaggregation.utils": {"FAKE_BOOTSTRAP_HOST": "2.2.2.2"}}
    bare = {"sglang", "sglang.srt", "sglang.srt.utils"}
    sys.meta_path.insert(0, Finder(bare, ["torch", "sglang.srt.disaggregation"], names))
    from sglang.benchmark import serving

    sys.argv = ["bench_serving", *args]
    serving.cli_main()


if __name__ == "__main__":
    {"vllm": vllm, "sglang": sglang}[sys.argv[1]](sys.argv[2:])
