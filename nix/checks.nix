# `nix flake check`. All of it works without a network.
{
  lib,
  deadnix,
  inferrs-bench,
  models,
  runCommand,
}:
let
  sums = lib.concatStrings (
    lib.mapAttrsToList (file: sha256: "${sha256}  ${file}\n") models.synthetic.files
  );
  # The simulator is a server on this machine.
  local = {
    nativeBuildInputs = [ inferrs-bench ];
    __darwinAllowLocalNetworking = true;
  };
  lock = ../bench.lock.json;
in
{
  package = runCommand "inferrs-bench-demo" local ''
    export HOME=$TMPDIR
    inferrs-bench --version
    inferrs-bench demo --quiet --out out
    mkdir $out
    cp out/result.json out/report.md $out/
  '';

  dist = runCommand "inferrs-bench-dist" { } ''
    diff -r ${../dist} ${inferrs-bench}/lib/node_modules/inferrs-bench/dist
    touch $out
  '';

  model = runCommand "synthetic-model-digests" { } ''
    cd ${models.synthetic}
    sha256sum --check ${builtins.toFile "sums" sums}
    touch $out
  '';

  unused = runCommand "nix-unused" { nativeBuildInputs = [ deadnix ]; } ''
    deadnix --fail ${../nix} ${../flake.nix}
    touch $out
  '';
}
// lib.optionalAttrs (lib.pathExists lock) {
  lock = runCommand "inferrs-bench-lock" local ''
    export HOME=$TMPDIR
    inferrs-bench run --plan --locked ${lock}
    touch $out
  '';
}
