# The demo in a container, as a user without rights, on a read-only file system:
#   docker build -t nuprobe .
#   docker run --rm --read-only --tmpfs /tmp --user "$(id -u)" -v "$PWD:/out" nuprobe
# Any other command: docker run --rm --read-only --tmpfs /tmp nuprobe nuprobe fit coherent-csi-2017 --free rn
FROM python:3.12-slim AS build
COPY . /source
WORKDIR /source
# git is not needed where the version is given
ARG VERSION=0.1.0.dev0
# the lock has the hash of everything, also of what only developers need: of these verified files the package takes what it needs
RUN pip download --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock -d /wheels
RUN python -m venv /venv \
    && PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels SETUPTOOLS_SCM_PRETEND_VERSION=$VERSION /venv/bin/pip install --no-cache-dir .

FROM python:3.12-slim
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp/matplotlib \
    NUMBA_CACHE_DIR=/tmp/numba
RUN useradd --create-home --uid 1000 nuprobe && install -d -o nuprobe /out
USER nuprobe
WORKDIR /out
CMD ["nuprobe", "demo", "-o", "/out/demo", "--overwrite"]
