# Stands in for nixpkgs where that can't be reached: as much of it as this repository's flake uses,
# with the host's shell and Node for tools. `host.nix` beside it, written by the test, says where they
# are. Whether the real nixpkgs builds the same is for it alone to show.
{
  outputs =
    _:
    let
      lib = import ./lib.nix;
      host = import ./host.nix;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs systems (system: import ./pkgs.nix { inherit lib host system; });
    };
}
