# What .ci/run and the tests want beside what npm brings.
{
  lib,
  stdenv,
  actionlint,
  cmark-gfm,
  deadnix,
  go,
  hadolint,
  mkShellNoCC,
  nixfmt,
  nodejs,
  zizmor,
  buildah,
  chromium,
}:
mkShellNoCC {
  packages = [
    actionlint
    cmark-gfm
    deadnix
    go
    hadolint
    nixfmt
    nodejs
    zizmor
  ]
  ++ lib.optionals stdenv.hostPlatform.isLinux [
    buildah
    chromium
  ];
}
