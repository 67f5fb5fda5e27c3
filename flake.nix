{
  description = "Measures whether inferrs serves a model well enough for OpenClaw agent turns, and how fast";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      each = f: lib.genAttrs systems (system: f (import ./nix { pkgs = nixpkgs.legacyPackages.${system}; }));
    in
    {
      packages = each (bench: bench.packages // { default = bench.inferrs-bench; });
      apps = each (bench: bench.apps // { default = bench.apps.inferrs-bench; });
      checks = each (bench: bench.checks);
      devShells = each (bench: { default = bench.shell; });
      formatter = each (bench: bench.formatter);
      overlays.default = final: _: {
        inherit (import ./nix { pkgs = final; }) inferrs-bench inferrs;
      };
    };
}
