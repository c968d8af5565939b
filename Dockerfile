# Three stages build, two images come of it: "app" (every Python process) and "proxy".

FROM node:20-bookworm-slim AS front
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.11-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgdal32 libpq5 \
       libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app

FROM base AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*
COPY requirements-app.lock ./
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements-app.lock
COPY --from=front /usr/local/bin/node /usr/local/bin/node
COPY --from=front /app/node_modules node_modules
COPY . .
# The values only let the settings load; nothing of them stays in the image.
RUN node bin/build-static.mjs \
    && node bin/build-basemap.mjs \
    && SECRET_KEY=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n') \
       PUBLIC_URL=https://build.invalid ALLOWED_HOSTS=build.invalid \
       DATABASE_URL=postgis://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1 \
       .venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && .venv/bin/python -m compileall -q agencies config incidents intel live patrols \
    && rm -rf node_modules

FROM base AS app
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin karaul
COPY --from=build /app /app
RUN install -d -o karaul -g karaul -m 700 var/run var/files
USER karaul
ENTRYPOINT ["bin/run"]

FROM debian:bookworm-slim AS proxy
RUN apt-get update \
    && apt-get install -y --no-install-recommends nginx \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY bin/env.sh bin/run bin/
COPY deploy/nginx.conf.template deploy/
RUN install -d -o www-data -g www-data -m 700 var/run
USER www-data
ENTRYPOINT ["bin/run"]
CMD ["proxy"]
