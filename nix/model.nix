# Models as folders that inferrs serves: `--model $(nix build --print-out-paths .#model)`.
{
  lib,
  fetchurl,
  linkFarm,
  runCommand,
  inferrs-bench,
}:
let
  pins = lib.importJSON ./models.json;

  # The hub's address of a commit can't be moved; each file has its own hash all the same.
  fromHub =
    {
      repository,
      revision,
      files,
    }:
    linkFarm (lib.replaceStrings [ "/" ] [ "--" ] repository) (
      lib.mapAttrsToList (name: sha256: {
        inherit name;
        path = fetchurl {
          url = "https://huggingface.co/${repository}/resolve/${revision}/${name}";
          inherit sha256;
        };
      }) files
    );
in
{
  synthetic =
    runCommand "synthetic-gemma4-seed-${toString pins.synthetic.seed}"
      {
        nativeBuildInputs = [ inferrs-bench ];
        passthru = { inherit (pins.synthetic) files; };
        meta.description = "Random weights of Gemma 4's shape, the same bytes everywhere";
      }
      ''
        inferrs-bench model synthetic --seed ${toString pins.synthetic.seed} --out model
        mv model $out
      '';

  gemma = fromHub pins.gemma;
}
