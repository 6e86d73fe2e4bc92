import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { taskQueues, type TaskQueue } from './temporal/contract.ts'

const flag = z.enum(['true', 'false']).transform(value => value === 'true')
const list = z.string().transform(text =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== ''),
)
const blocks = list.pipe(z.array(z.string().refine(ipaddr.isValidCIDR, 'must be CIDR blocks, such as 10.0.0.0/8')))
const visible = /^[\x21-\x7e]+$/
const count = (from: number, to: number) => z.coerce.number().int().min(from).max(to)

/** Every variable the hub reads, with its default; `.env.example` explains each. */
const variables = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
  HOST: z.string().default('127.0.0.1'),
  PORT: count(0, 65535).default(8080),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TRUSTED_PROXIES: blocks.default([]),
  AUTH_FAILURES_PER_MINUTE: count(1, 1_000_000).default(60),
  API_KEY_REQUESTS_PER_MINUTE: count(0, 100_000_000).default(0),
  METRICS_TOKEN: z.string().min(16).regex(visible, 'must be visible ASCII characters').optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  ADMIN_KEY: z.string().min(32).regex(visible, 'must be visible ASCII characters'),
  ENCRYPTION_KEYS: z.string().min(1),
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL'),
  DATABASE_POOL_SIZE: count(1, 200).default(10),
  DATABASE_STATEMENT_TIMEOUT_MS: count(100, 600_000).default(15_000),
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_TLS: flag.default(false),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_UI_URL: z.url().optional(),
  WORKER_TASK_QUEUES: list
    .pipe(z.array(z.enum(Object.keys(taskQueues) as [TaskQueue, ...TaskQueue[]])).min(1))
    .default(Object.keys(taskQueues) as TaskQueue[]),
  WORKER_METRICS_PORT: count(0, 65535).default(9464),
  WORKER_SDK_METRICS_PORT: count(1, 65535).default(9465),
  WORKER_SHUTDOWN_GRACE_MS: count(0, 600_000).default(20_000),
  WORKFLOW_BUNDLE: z.string().optional(),
  DELIVERY_SLOTS: count(1, 64).default(2),
  AUDIT_RETENTION_DAYS: count(1, 36_500).default(400),
  SYNC_RUN_RETENTION_DAYS: count(1, 36_500).default(90),
  TOMBSTONE_RETENTION_DAYS: count(7, 36_500).default(400),
  ALLOWED_PRIVATE_NETWORKS: blocks.default([]),
  OUTGOING_PROXY: z.url().optional(),
})

/** The variables by name, for `.env.example` and its test. */
export const variableNames = Object.keys(variables.shape)

/** A provider's app as the environment gives it: `<PROVIDER>_CLIENT_ID`, `_CLIENT_SECRET` `_WEBHOOK_SECRET`, `_APP_<FIELD>`. */
export interface EnvironmentApp {
  clientId?: string
  clientSecret?: string
  webhookSecret?: string
  /** Whatever else its platform's definition names, by the names of fields: `_APP_PRIVATE_KEY` is `privateKey`. */
  fields?: Record<string, string>
}

export type Config = ReturnType<typeof loadConfig>

/** Thrown when the environment is not usable; its message lists every problem, one a line, without any value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * The hub's configuration from environment variables. The only reader of `process.env`.
 * @throws ConfigError naming every variable that is missing or wrong
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env) {
  // An empty variable means the same as none: compose files and .env files pass them along empty.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = variables.safeParse(given)
  const problems = parsed.success ? [] : parsed.error.issues.map(issue => problemOf(issue, given))
  const keys = parseEncryptionKeys(given.ENCRYPTION_KEYS, problems)
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(`The configuration is not usable:\n${problems.join('\n')}\nSee .env.example.`)
  }
  const env = parsed.data
  return {
    environment: env.NODE_ENV,
    http: {
      host: env.HOST,
      port: env.PORT,
      publicUrl: (env.PUBLIC_URL ?? `http://${env.HOST}:${env.PORT}`).replace(/\/$/, ''),
      trustedProxies: env.TRUSTED_PROXIES,
      authFailuresPerMinute: env.AUTH_FAILURES_PER_MINUTE,
      apiKeyRequestsPerMinute: env.API_KEY_REQUESTS_PER_MINUTE,
      metricsToken: env.METRICS_TOKEN,
    },
    logLevel: env.LOG_LEVEL,
    adminKey: env.ADMIN_KEY,
    encryptionKeys: keys,
    database: {
      url: env.DATABASE_URL,
      poolSize: env.DATABASE_POOL_SIZE,
      statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
      watched: env.NODE_ENV !== 'production',
    },
    temporal: {
      address: env.TEMPORAL_ADDRESS,
      namespace: env.TEMPORAL_NAMESPACE,
      tls: env.TEMPORAL_TLS,
      apiKey: env.TEMPORAL_API_KEY,
      uiUrl: env.TEMPORAL_UI_URL,
    },
    worker: {
      taskQueues: env.WORKER_TASK_QUEUES,
      metricsPort: env.WORKER_METRICS_PORT,
      sdkMetricsPort: env.WORKER_SDK_METRICS_PORT,
      shutdownGraceMs: env.WORKER_SHUTDOWN_GRACE_MS,
      workflowBundle: env.WORKFLOW_BUNDLE,
      deliverySlots: env.DELIVERY_SLOTS,
    },
    retention: {
      auditDays: env.AUDIT_RETENTION_DAYS,
      syncRunDays: env.SYNC_RUN_RETENTION_DAYS,
      tombstoneDays: env.TOMBSTONE_RETENTION_DAYS,
    },
    outgoing: { allowedPrivateNetworks: env.ALLOWED_PRIVATE_NETWORKS, proxy: env.OUTGOING_PROXY },
    providerApps: environmentApps(given),
  }
}

function problemOf(issue: z.core.$ZodIssue, given: NodeJS.ProcessEnv): string {
  const name = String(issue.path[0])
  return `  ${name}: ${given[name] === undefined ? 'is missing' : issue.message}`
}

/** One key of the ring: its id, and 32 bytes. */
export interface EncryptionKey {
  id: string
  key: Buffer
}

function parseEncryptionKeys(text: string | undefined, problems: string[]): EncryptionKey[] {
  const keys: EncryptionKey[] = []
  for (const [index, part] of (text?.split(',') ?? []).entries()) {
    const match = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(part.trim())
    if (!match) problems.push(`  ENCRYPTION_KEYS: entry ${index + 1} is not id:base64 of 32 bytes`)
    else if (keys.some(key => key.id === match[1]))
      problems.push(`  ENCRYPTION_KEYS: the id of entry ${index + 1} is there twice`)
    else keys.push({ id: match[1]!, key: Buffer.from(match[2]!, 'base64') })
  }
  return keys
}

function environmentApps(environment: NodeJS.ProcessEnv): Map<string, EnvironmentApp> {
  const fields = { CLIENT_ID: 'clientId', CLIENT_SECRET: 'clientSecret', WEBHOOK_SECRET: 'webhookSecret' } as const
  const apps = new Map<string, EnvironmentApp>()
  for (const [name, value] of Object.entries(environment)) {
    const match = /^([A-Z0-9_]+)_(CLIENT_ID|CLIENT_SECRET|WEBHOOK_SECRET)$/.exec(name)
    if (!match || value === undefined) continue
    const provider = match[1]!.toLowerCase().replaceAll('_', '-')
    apps.set(provider, { ...apps.get(provider), [fields[match[2] as keyof typeof fields]]: value })
  }
  for (const [name, value] of Object.entries(environment)) {
    const match = /^([A-Z0-9_]+?)_APP_([A-Z][A-Z0-9_]*)$/.exec(name)
    if (!match || value === undefined) continue
    const provider = match[1]!.toLowerCase().replaceAll('_', '-')
    const field = match[2]!.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    const app = apps.get(provider)
    apps.set(provider, { ...app, fields: { ...app?.fields, [field]: value } })
  }
  return apps
}
