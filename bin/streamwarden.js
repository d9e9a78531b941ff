#!/usr/bin/env node
// The command runs from its TypeScript sources in this very process, so that signals reach it directly.
import { register } from 'tsx/esm/api';

register();
await import('../cli/main.ts');
