let
  inherit (builtins) stringLength substring;
in
rec {
  inherit (builtins)
    any
    attrNames
    concatMap
    elem
    filter
    mapAttrs
    pathExists
    ;
  replaceStrings = builtins.replaceStrings;
  genAttrs =
    names: f:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );
  filterAttrs = keep: set: removeAttrs set (filter (name: !keep name set.${name}) (attrNames set));
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  optionalAttrs = condition: set: if condition then set else { };
  optionals = condition: list: if condition then list else [ ];
  optional = condition: item: optionals condition [ item ];
  optionalString = condition: text: if condition then text else "";
  concatStrings = builtins.concatStringsSep "";
  last = list: builtins.elemAt list (builtins.length list - 1);
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      rest = stringLength text - stringLength suffix;
    in
    rest >= 0 && substring rest (-1) text == suffix;
  hasInfix = infix: text: replaceStrings [ infix ] [ "" ] text != text;
  splitString = separator: text: filter builtins.isString (builtins.split separator text);
  naturalSort = builtins.sort (a: b: builtins.compareVersions a b < 0);
  versionAtLeast = a: b: builtins.compareVersions a b >= 0;
  versions.major = version: builtins.head (builtins.splitVersion version);
  importJSON = path: builtins.fromJSON (builtins.readFile path);
  assertMsg = condition: text: condition || throw text;
  makeBinPath = packages: builtins.concatStringsSep ":" (map (each: "${each}/bin") packages);
  getExe = package: "${package}/bin/${package.meta.mainProgram}";
  # What a file makes can be overridden, also where that is a set of several: then it has one name more.
  callPackageWith =
    all: file: given:
    let
      made = callPackagesWith all file given;
    in
    if builtins.isAttrs made then
      made // { override = more: callPackageWith all file (given // more); }
    else
      made;
  callPackagesWith =
    all: file: given:
    let
      f = import file;
    in
    f (builtins.intersectAttrs (builtins.functionArgs f) all // given);
  fileset = {
    unions = paths: map toString paths;
    toSource =
      { root, fileset }:
      builtins.path {
        name = "source";
        path = root;
        filter =
          path: _: any (each: path == each || hasPrefix "${each}/" path || hasPrefix "${path}/" each) fileset;
      };
  };
  licenses = {
    mit.spdxId = "MIT";
    asl20.spdxId = "Apache-2.0";
  };
  sourceTypes.binaryNativeCode = { };
  platforms.linux = [
    "x86_64-linux"
    "aarch64-linux"
  ];
}
