# The phases of a build, as far as they are used here.
runHook() { eval "${!1-}"; }
for each in ${nativeBuildInputs-}; do
  PATH=$each/bin:${PATH-}
  if [ -e "$each/nix-support/setup-hook" ]; then hooks="${hooks-} $each/nix-support/setup-hook"; fi
done
export PATH=${PATH-}:$hostPath TMPDIR=${TMPDIR:-$NIX_BUILD_TOP}
for each in ${hooks-}; do . "$each"; done
cd "$NIX_BUILD_TOP"

if [ -n "${buildCommand-}" ]; then
  eval "$buildCommand"
  exit
fi
if [ -z "${dontUnpack-}" ]; then
  if [ -d "$src" ]; then
    cp -r "$src" source
    chmod -R u+w source
  else
    tar -xf "$src"
  fi
  cd "$(find . -mindepth 1 -maxdepth 1 -type d | head -n 1)"
fi
eval "${postPatch-}"
for each in ${postConfigureHooks-}; do $each; done
eval "${buildPhase-}"
eval "$installPhase"
if [ -n "${doInstallCheck-}" ]; then eval "${installCheckPhase-}"; fi
