# Every part once, for one set of packages. What only Linux has is left out elsewhere.
{ pkgs }:
let
  inherit (pkgs) lib;
  nodejs = pkgs.nodejs_24;
  call = lib.callPackageWith (pkgs // parts);
  # For a file that makes several.
  callAll = lib.callPackagesWith (pkgs // parts);
  parts = {
    inherit nodejs;
    npmLock = call ./npm-lock.nix { };
    inferrs-bench = call ./package.nix { };
    inferrs = call ./inferrs.nix { };
    models = callAll ./model.nix { };
    openclaw = call ./openclaw.nix { };
    bench = call ./bench.nix { };
    image = call ./image.nix { };
  };
  app = package: {
    type = "app";
    program = lib.getExe package;
    meta = { inherit (package.meta) description; };
  };
in
{
  inherit (parts) inferrs-bench inferrs;
  packages = {
    inherit (parts)
      inferrs-bench
      inferrs
      openclaw
      bench
      ;
    model = parts.models.synthetic;
    model-gemma = parts.models.gemma;
  }
  // lib.optionalAttrs pkgs.stdenv.hostPlatform.isLinux { inherit (parts) image; };
  apps = {
    inferrs-bench = app parts.inferrs-bench;
    bench = app parts.bench;
  };
  checks = callAll ./checks.nix { };
  shell = call ./shell.nix { };
  formatter = pkgs.nixfmt-tree;
}
