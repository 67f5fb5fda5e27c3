# A lock file of npm as importNpmLock wants it, for one platform: without workspaces, without the
# packages of other platforms (npm lists the compilers of thirty, some 20 MB each), and with the
# addresses that a lock file may leave out.
{ lib, stdenv }:
{
  package,
  packageLock,
}:
let
  inherit (stdenv) hostPlatform;
  os = if hostPlatform.isDarwin then "darwin" else "linux";
  cpu =
    {
      x86_64 = "x64";
      aarch64 = "arm64";
    }
    .${hostPlatform.parsed.cpu.name};

  # npm's rule: `!name` excludes; where names are listed without one, it must be among them.
  allows =
    listed: name:
    let
      named = lib.filter (each: !lib.hasPrefix "!" each) listed;
    in
    !lib.elem "!${name}" listed && (named == [ ] || lib.elem name named);
  runsHere =
    entry:
    allows (entry.os or [ ]) os
    && allows (entry.cpu or [ ]) cpu
    && (os != "linux" || allows (entry.libc or [ ]) "glibc");

  all = packageLock.packages;
  isWorkspace = path: path != "" && !lib.hasInfix "node_modules/" "/${path}";
  ofWorkspaces = lib.concatMap (
    path: lib.attrNames (all.${path}.dependencies or { } // all.${path}.optionalDependencies or { })
  ) (lib.filter isWorkspace (lib.attrNames all));
  ofRoot = package.dependencies or { } // package.devDependencies or { };
  onlyForWorkspaces =
    path: lib.any (name: path == "node_modules/${name}" && !(ofRoot ? ${name})) ofWorkspaces;
  kept = lib.filterAttrs (
    path: entry:
    !isWorkspace path && !(entry.link or false) && !onlyForWorkspaces path && runsHere entry
  ) all;
  isKept = name: lib.any (path: lib.hasSuffix "/node_modules/${name}" "/${path}") (lib.attrNames kept);

  address =
    path: entry:
    let
      name = entry.name or (lib.last (lib.splitString "node_modules/" path));
    in
    "https://registry.npmjs.org/${name}/-/${baseNameOf name}-${entry.version}.tgz";
  complete =
    path: entry:
    removeAttrs entry [ "workspaces" ]
    // lib.optionalAttrs (entry ? integrity && !(entry ? resolved)) {
      resolved = address path entry;
    }
    // lib.optionalAttrs (entry ? optionalDependencies) {
      optionalDependencies = lib.filterAttrs (name: _: isKept name) entry.optionalDependencies;
    };
in
{
  package = removeAttrs package [ "workspaces" ];
  packageLock = packageLock // {
    packages = lib.mapAttrs complete kept;
  };
}
