# OpenClaw as npm publishes it, with all that it needs by the lock file that this tool pins it by.
{
  lib,
  stdenv,
  importNpmLock,
  makeWrapper,
  nodejs,
  npmLock,
}:
let
  versions = lib.importJSON ../bench/openclaw-versions.json;
  version = lib.last (lib.naturalSort (lib.attrNames versions.openclaw));
  packageLock = lib.importJSON (../bench/openclaw + "/${version}.lock.json");
  inherit (packageLock.packages."node_modules/openclaw") integrity;
in
assert lib.assertMsg (integrity == versions.openclaw.${version})
  "bench/openclaw/${version}.lock.json has another OpenClaw than bench/openclaw-versions.json";
assert lib.assertMsg (
  lib.versionAtLeast nodejs.version "24.16" && lib.versions.major nodejs.version == "24"
) "OpenClaw ${version} wants Node 24.16 or newer of 24, and nixpkgs has ${nodejs.version}";
stdenv.mkDerivation {
  pname = "openclaw";
  inherit version;

  dontUnpack = true;
  npmDeps = importNpmLock (npmLock {
    inherit packageLock;
    package = packageLock.packages."" // {
      version = "0.0.0";
    };
  });

  npmRebuildFlags = [ "--ignore-scripts" ];

  strictDeps = true;
  nativeBuildInputs = [
    importNpmLock.npmConfigHook
    makeWrapper
    nodejs
  ];

  # npmConfigHook puts these aside and back: there are none before.
  postPatch = ''
    echo '{}' > package.json
  '';

  # Its first run makes up, in its own folder, for the install scripts that didn't run.
  buildPhase = ''
    runHook preBuild
    OPENCLAW_STATE_DIR=$TMPDIR/state node node_modules/openclaw/openclaw.mjs --version
    runHook postBuild
  '';

  installPhase = ''
    runHook preInstall
    mkdir -p $out/lib
    mv node_modules $out/lib/
    makeWrapper ${lib.getExe nodejs} $out/bin/openclaw \
      --add-flags $out/lib/node_modules/openclaw/openclaw.mjs
    runHook postInstall
  '';

  # Prebuilt parts stay as they were published.
  dontStrip = true;
  dontPatchELF = true;

  passthru = { inherit integrity; };

  meta = {
    description = "The agent whose turns are measured";
    homepage = "https://docs.openclaw.ai";
    license = lib.licenses.mit;
    mainProgram = "openclaw";
  };
}
