# The locked run: `nix run .#bench` measures what bench.lock.json names. A lock of one's own takes its
# place with `--locked FILE`, or for good with `bench.override { lock = ./bench.lock.json; }`.
{
  lib,
  writeShellApplication,
  inferrs,
  inferrs-bench,
  nodejs,
  lock ? if lib.pathExists ../bench.lock.json then ../bench.lock.json else null,
}:
writeShellApplication {
  name = "inferrs-bench-locked";
  # inferrs is taken from PATH where neither a lock nor an option says which.
  runtimeInputs = [
    inferrs
    inferrs-bench
    nodejs
  ];
  text = ''
    lock=${lib.optionalString (lock != null) "${lock}"}
    if [ -z "$lock" ] && [ -e bench.lock.json ]; then lock=bench.lock.json; fi
    for each in "$@"; do
      case $each in
        --lock | --lock=* | --locked | --locked=*) lock= ;;
      esac
    done
    if [ -n "$lock" ]; then set -- --locked "$lock" "$@"; fi
    exec inferrs-bench run "$@"
  '';
  meta = {
    description = "Measure what a lock names, and nothing else";
    inherit (inferrs-bench.meta) platforms;
  };
}
