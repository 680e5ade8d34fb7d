import { execSync } from 'node:child_process';

// `npx vertex-batch` in a checkout links this package into npx's cache, and runs `prepare` for it: nothing to build then.
if (process.env.npm_command !== 'exec') execSync('npm run build', { stdio: 'inherit' });
