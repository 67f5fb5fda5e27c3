{
  lib,
  host,
  system,
}:
let
  inherit (stdenv) mkDerivation;
  # A program of the host's, as a package.
  ofHost =
    name: path:
    mkDerivation {
      pname = name;
      version = "host";
      dontUnpack = true;
      installPhase = "mkdir -p $out/bin && ln -s ${path} $out/bin/${name}";
      meta.mainProgram = name;
    };
  hook =
    name: text:
    mkDerivation {
      inherit name;
      dontUnpack = true;
      installPhase = "mkdir -p $out/nix-support && cp ${builtins.toFile name text} $out/nix-support/setup-hook";
    };
  cpu = builtins.head (lib.splitString "-" system);

  stdenv = {
    hostPlatform = {
      inherit system;
      isLinux = lib.hasSuffix "-linux" system;
      isDarwin = lib.hasSuffix "-darwin" system;
      parsed.cpu.name = cpu;
    };
    cc.cc.lib = "/usr/lib";
    mkDerivation =
      args:
      let
        plain = removeAttrs args [
          "meta"
          "passthru"
        ];
        drv = derivation (
          {
            name = if args ? pname then "${args.pname}-${args.version}" else args.name;
            inherit system;
            builder = host.bash;
            args = [
              "-e"
              ./setup.sh
            ];
            hostPath = host.path;
          }
          // plain
        );
      in
      drv // { meta = args.meta or { }; } // args.passthru or { };
  };

  runCommand =
    name: args: buildCommand:
    mkDerivation (args // { inherit name buildCommand; });
in
{
  inherit lib stdenv runCommand;
  nodejs_24 = ofHost "node" host.node // { version = host.nodeVersion; };
  makeWrapper = hook "make-wrapper" ''
    # EXECUTABLE WRAPPER --add-flags FLAGS [--suffix PATH : DIR]
    makeWrapper() {
      mkdir -p "$(dirname "$2")"
      printf '#!%s\nexport PATH="$PATH:%s"\nexec %s %s "$@"\n' "$BASH" "''${7:-/bin}" "$1" "$4" > "$2"
      chmod +x "$2"
    }
  '';
  autoPatchelfHook = hook "auto-patchelf" "";
  # The host's node_modules in place of what the lock names; the lock itself can be looked at.
  importNpmLock = {
    __functor = _: lock: builtins.toFile "npm-lock.json" (builtins.toJSON lock);
    npmConfigHook = hook "npm-config" ''
      npmConfigHook() {
        mkdir node_modules
        tar -C ${host.nodeModules} --exclude=./node-* --exclude=./@biomejs --exclude=./@typescript \
          --exclude=./.bin --exclude=./playwright-core -cf - . | tar -C node_modules -xf -
      }
      postConfigureHooks="npmConfigHook"
    '';
  };
  # From a folder of the host's, where the test has put the file; nothing is compared with the hash.
  fetchurl =
    args:
    mkDerivation (
      args
      // {
        name = baseNameOf args.url;
        dontUnpack = true;
        installPhase = "cp ${host.mirror}/$name $out";
      }
    );
  linkFarm =
    name: files:
    runCommand name { } (
      "mkdir $out\n" + lib.concatStrings (map (each: "ln -s ${each.path} $out/${each.name}\n") files)
    );
  writeShellApplication =
    {
      name,
      text,
      runtimeInputs,
      meta,
    }:
    runCommand name { meta = meta // { mainProgram = name; }; } ''
      mkdir -p $out/bin
      {
        printf '#!%s\nset -o errexit -o nounset -o pipefail\nexport PATH="%s:$PATH"\n' "$BASH" "${lib.makeBinPath runtimeInputs}"
        cat ${builtins.toFile "text" text}
      } > $out/bin/${name}
      chmod +x $out/bin/${name}
    '';
  mkShellNoCC =
    { packages }: runCommand "shell" { inherit packages; } "echo $packages > $out";
  # No layers: what they would be made of, and the image's config.
  dockerTools = {
    binSh = ofHost "sh" host.bash;
    fakeNss = runCommand "nss" { } "mkdir -p $out/etc && echo nobody:x:65534:65534::/:/bin/false > $out/etc/passwd";
    buildLayeredImage =
      {
        name,
        tag,
        created,
        contents,
        extraCommands,
        config,
      }:
      runCommand "${name}-${tag}.json"
        {
          inherit contents created;
          config = builtins.toJSON config;
        }
        ''
          mkdir layer && cd layer
          ${extraCommands}
          test -k tmp -a -k out
          printf '{"created":"%s","contents":"%s","config":%s}\n' "$created" "$contents" "$config" > $out
        '';
  };
}
// lib.genAttrs [
  "actionlint"
  "buildah"
  "cacert"
  "chromium"
  "cmark-gfm"
  "deadnix"
  "go"
  "hadolint"
  "nixfmt"
  "nixfmt-tree"
  "openssl"
  "tini"
  "zizmor"
] (name: ofHost name (host.programs.${name} or host.true))
