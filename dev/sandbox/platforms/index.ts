import type { SandboxPlatform } from '../platform.ts'
import { github } from './github/index.ts'
import { quickbooks } from './quickbooks/index.ts'
import { stripe } from './stripe/index.ts'

/** Every platform that the sandbox plays, in the order of their ids. */
export const platforms: readonly SandboxPlatform[] = [github, quickbooks, stripe]
