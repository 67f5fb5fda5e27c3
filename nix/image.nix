# An image as the Dockerfile's, without Docker: `nix build .#image`, then `docker load < result` or
# `podman load < result`. Its layers hold store paths alone, whose times are 1, and its own date is the
# epoch: the same sources give the same image.
{
  lib,
  cacert,
  dockerTools,
  inferrs,
  inferrs-bench,
  nodejs,
  tini,
}:
dockerTools.buildLayeredImage {
  name = inferrs-bench.pname;
  tag = inferrs-bench.version;
  created = "1970-01-01T00:00:01Z";

  contents = [
    dockerTools.binSh
    dockerTools.fakeNss
    inferrs
    inferrs-bench
    nodejs
  ];
  extraCommands = ''
    mkdir -m 1777 tmp out
  '';

  config = {
    Entrypoint = [
      (lib.getExe tini)
      "--"
      (lib.getExe inferrs-bench)
    ];
    Cmd = [ "demo" ];
    # Caches and scratch are in /tmp, results in /out: with those two the rest may be read-only.
    Env = [
      "HOME=/tmp/home"
      "NODE_ENV=production"
      "NODE_EXTRA_CA_CERTS=${cacert}/etc/ssl/certs/ca-bundle.crt"
      "PATH=/bin"
      "XDG_CACHE_HOME=/tmp/cache"
    ];
    User = "10001:10001";
    WorkingDir = "/out";
    Volumes."/out" = { };
    StopSignal = "SIGTERM";
    Labels = {
      "org.opencontainers.image.title" = inferrs-bench.pname;
      "org.opencontainers.image.version" = inferrs-bench.version;
      "org.opencontainers.image.description" = inferrs-bench.meta.description;
      "org.opencontainers.image.licenses" = "MIT";
    };
  };
}
