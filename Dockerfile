# syntax=docker/dockerfile:1

FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build
COPY docker/keep-peers.mjs ./docker/
RUN node docker/keep-peers.mjs && npm prune --omit=dev --ignore-scripts

FROM node:22-slim
# Temporal's native client reads the system's certificates, which the slim image lacks.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY docker/worker-health.mjs ./docker/
# A new volume takes its owner from here.
RUN install -d -o node -g node /var/lib/vertex-batch
USER node
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["worker"]
