# One image for every process: the API, workers, and the migration. Temporal's core needs glibc, hence Debian.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Not `npm ci`: it refuses a lockfile without the optional packages of platforms other than its own.
RUN npm install --no-save --omit=dev --no-audit --no-fund

FROM packages AS bundle
COPY tsconfig.json ./
COPY src ./src
COPY activities ./activities
COPY workflows ./workflows
COPY workers ./workers
RUN node workers/build-bundle.ts

FROM node:24-bookworm-slim
# Temporal's core verifies TLS with the system's certificates.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 WORKFLOW_BUNDLE=/app/dist/workflows.cjs
COPY --from=packages /app/node_modules ./node_modules
COPY --from=bundle /app/dist ./dist
COPY package.json LICENSE ./
COPY src ./src
COPY activities ./activities
COPY workflows ./workflows
COPY workers ./workers
USER node
EXPOSE 8080 9464
# docker-compose.yml runs workers/main.ts and src/db/migrate.ts from the same image.
CMD ["node", "--disable-warning=ExperimentalWarning", "src/main.ts"]
