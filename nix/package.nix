# This tool, built from its sources and its lock file. Install scripts of npm packages don't run
# (.npmrc), nothing is fetched but by the lock file's hashes, and dist/ is made anew.
{
  lib,
  stdenv,
  importNpmLock,
  makeWrapper,
  nodejs,
  npmLock,
}:
let
  package = lib.importJSON ../package.json;
in
stdenv.mkDerivation {
  pname = package.name;
  inherit (package) version;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../.npmrc
      ../LICENSE
      ../README.md
      ../action.yml
      ../bench
      ../docs
      ../package-lock.json
      ../package.json
      ../scripts/build.mjs
      ../src
      ../tsconfig.json
    ];
  };

  npmDeps = importNpmLock (npmLock {
    inherit package;
    packageLock = lib.importJSON ../package-lock.json;
  });

  npmRebuildFlags = [ "--ignore-scripts" ];

  strictDeps = true;
  nativeBuildInputs = [
    importNpmLock.npmConfigHook
    makeWrapper
    nodejs
  ];

  buildPhase = ''
    runHook preBuild
    node scripts/build.mjs dist
    runHook postBuild
  '';

  # As npm would install it. Not executable: else its first line would be rewritten, and dist/ is to
  # stay the same bytes as the committed one.
  installPhase = ''
    runHook preInstall
    root=$out/lib/node_modules/${package.name}
    mkdir -p $root
    cp -r LICENSE README.md action.yml bench dist docs package.json $root/
    find $root -type f -exec chmod 644 {} +
    makeWrapper ${lib.getExe nodejs} $out/bin/${package.name} \
      --add-flags $root/dist/cli.cjs \
      --suffix PATH : ${lib.makeBinPath [ nodejs ]}
    runHook postInstall
  '';

  doInstallCheck = true;
  installCheckPhase = ''
    runHook preInstallCheck
    test "$($out/bin/${package.name} --version)" = ${package.version}
    runHook postInstallCheck
  '';

  meta = {
    inherit (package) description;
    homepage = "https://www.npmjs.com/package/${package.name}";
    license = lib.licenses.mit;
    mainProgram = package.name;
    platforms = lib.platforms.linux ++ [ "aarch64-darwin" ];
  };
}
