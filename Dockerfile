# inferrs-bench in an image. Three targets:
#   bench  this tool alone: the demo, and servers that run elsewhere
#   cpu    with inferrs (the default)
#   cuda   with inferrs and its CUDA backend, for a host with the NVIDIA container toolkit
# docs/docker.md says how to use them, and what of this was seen where.

# inferrs's releases are built on Ubuntu 24.04 (glibc 2.39): Debian 13 is the oldest that runs them.
ARG NODE_IMAGE=docker.io/library/node:24-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe
# inferrs's backend is built with CUDA 12.6; any later 12 runs it.
ARG CUDA_IMAGE=docker.io/nvidia/cuda:12.8.1-runtime-ubuntu24.04@sha256:ebef3c171eeef0298e4eb2e4be843105edf3b8b0ac45e0b43acee358e8046867

# The tool as it is committed: dist/ is built and compared by CI. Modes and times of the files here
# don't matter: two clones give the same layer.
# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS tool
COPY package.json LICENSE /opt/inferrs-bench/
COPY dist /opt/inferrs-bench/dist
COPY bench /opt/inferrs-bench/bench
COPY docker/health.mjs docker/fetch-inferrs.mjs /opt/inferrs-bench/docker/
RUN chmod -R u=rwX,go=rX /opt/inferrs-bench \
  && chmod 755 /opt/inferrs-bench/dist/cli.cjs \
  && find /opt/inferrs-bench -exec touch -h -d @0 {} +

# A release, by the digests of bench/inferrs-releases.json.
FROM tool AS inferrs
ARG TARGETARCH=amd64
ARG INFERRS_VERSION=0.0.20260424164259
ARG INFERRS_RELEASES=""
ENV NODE_USE_ENV_PROXY=1
# Backends for other makers' devices stay out; the CUDA one is for its own target.
RUN node /opt/inferrs-bench/docker/fetch-inferrs.mjs "${INFERRS_VERSION}" "${TARGETARCH}" /unpacked \
  && mkdir /cpu /cuda \
  && install -m 755 /unpacked/inferrs /cpu/ \
  && install -m 755 /unpacked/inferrs /unpacked/libinferrs_backend_cuda.so /cuda/ \
  && find /cpu /cuda -exec touch -h -d @0 {} +

# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS bench
ARG SOURCE_DATE_EPOCH=0
# tini: an init that passes signals on and reaps what an engine leaves behind. libssl: for inferrs.
# Versions are those of the base's release; what is left of the installation would differ each time.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libssl3 tini \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/cache/ldconfig/* \
    /var/log/apt /var/log/dpkg.log /var/log/alternatives.log \
  && install -d -o 10001 -g 10001 -m 755 /out /models \
  && ln -s /opt/inferrs-bench/dist/cli.cjs /usr/local/bin/inferrs-bench
COPY --from=tool /opt/inferrs-bench /opt/inferrs-bench
LABEL org.opencontainers.image.title="inferrs-bench" \
  org.opencontainers.image.description="Does inferrs serve a model well enough for OpenClaw agent turns, and how fast?" \
  org.opencontainers.image.licenses="MIT"
# Caches and scratch are in /tmp, results in /out: with those two the rest may be read-only.
ENV HOME=/tmp/home XDG_CACHE_HOME=/tmp/cache NODE_ENV=production
VOLUME /out
WORKDIR /out
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 \
  CMD ["node", "/opt/inferrs-bench/docker/health.mjs"]
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/inferrs-bench"]
CMD ["demo"]

# hadolint ignore=DL3006
FROM ${CUDA_IMAGE} AS cuda
ARG SOURCE_DATE_EPOCH=0
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libssl3t64 libstdc++6 tini \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/cache/ldconfig/* \
    /var/log/apt /var/log/dpkg.log /var/log/alternatives.log \
  && install -d -o 10001 -g 10001 -m 755 /out /models \
  && ln -s /opt/inferrs-bench/dist/cli.cjs /usr/local/bin/inferrs-bench
# npm, too: it brings OpenClaw where a real client takes the turns.
COPY --from=bench /usr/local/bin/node /usr/local/bin/
COPY --from=bench /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
COPY --from=tool /opt/inferrs-bench /opt/inferrs-bench
COPY --from=inferrs /cuda /usr/local/bin/
LABEL org.opencontainers.image.title="inferrs-bench, CUDA" \
  org.opencontainers.image.description="Does inferrs serve a model well enough for OpenClaw agent turns, and how fast?" \
  org.opencontainers.image.licenses="MIT"
ENV HOME=/tmp/home XDG_CACHE_HOME=/tmp/cache NODE_ENV=production \
  NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
VOLUME /out
WORKDIR /out
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 \
  CMD ["node", "/opt/inferrs-bench/docker/health.mjs"]
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/local/bin/inferrs-bench"]
CMD ["run", "--device=cuda", "--model=synthetic"]

FROM bench AS cpu
COPY --from=inferrs /cpu /usr/local/bin/
