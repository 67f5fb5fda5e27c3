# The pinned release of inferrs: the archive that bench/inferrs-releases.json has the digest of. On
# Linux its loader and libraries are put right, so there the executable's own SHA-256 differs from the
# release's.
{
  lib,
  stdenv,
  fetchurl,
  autoPatchelfHook,
  openssl,
}:
let
  inherit (lib.importJSON ../bench/inferrs-releases.json) repository releases;
  version = lib.last (lib.attrNames releases); # 0.0.<timestamp>: the last is the newest
  system = stdenv.hostPlatform.system;
  asset =
    {
      x86_64-linux = "inferrs-x86_64-unknown-linux-gnu.tar.gz";
      aarch64-linux = "inferrs-aarch64-unknown-linux-gnu.tar.gz";
      aarch64-darwin = "inferrs-aarch64-apple-darwin.tar.gz";
    }
    .${system} or (throw "inferrs has no release for ${system}");
in
stdenv.mkDerivation {
  pname = "inferrs";
  inherit version;

  src = fetchurl {
    url = "https://github.com/${repository}/releases/download/${version}/${asset}";
    inherit (releases.${version}.assets.${asset}) sha256;
  };

  nativeBuildInputs = lib.optional stdenv.hostPlatform.isLinux autoPatchelfHook;
  buildInputs = lib.optionals stdenv.hostPlatform.isLinux [
    openssl
    stdenv.cc.cc.lib
  ];
  # A backend is loaded only where its driver is there, and that is the system's own. That the
  # executable itself lacks nothing is seen below, when it is run.
  autoPatchelfIgnoreMissingDeps = [ "*" ];
  appendRunpaths = [ "/run/opengl-driver/lib" ];

  dontConfigure = true;
  dontBuild = true;
  dontStrip = true;

  # inferrs looks for its backends beside its executable.
  installPhase = ''
    runHook preInstall
    mkdir -p $out/bin
    install -m 755 inferrs $out/bin/
    find . -maxdepth 1 -name 'libinferrs_backend_*' -exec install -m 644 {} $out/bin/ \;
    runHook postInstall
  '';

  doInstallCheck = true;
  installCheckPhase = ''
    runHook preInstallCheck
    $out/bin/inferrs --version
    runHook postInstallCheck
  '';

  passthru = { inherit (releases.${version}) commit; };

  meta = {
    description = "Serves local models behind an OpenAI-compatible API";
    homepage = "https://github.com/${repository}";
    license = lib.licenses.asl20;
    mainProgram = "inferrs";
    platforms = [
      "x86_64-linux"
      "aarch64-linux"
      "aarch64-darwin"
    ];
    sourceProvenance = [ lib.sourceTypes.binaryNativeCode ];
  };
}
