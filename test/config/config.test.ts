import { readFileSync } from 'node:fs'
import { ConfigError, loadConfig, variableNames } from '../../src/config.ts'

const key = Buffer.alloc(32, 7).toString('base64')
const enough = {
  ADMIN_KEY: 'a'.repeat(32),
  ENCRYPTION_KEYS: `one:${key}`,
  DATABASE_URL: 'postgres://hub:secret-password@127.0.0.1/hub',
}

function problemsOf(environment: Record<string, string>): string {
  try {
    loadConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

describe('the configuration', () => {
  it('needs an admin key, encryption keys and a database, and nothing else', () => {
    expect(loadConfig(enough).http).toMatchObject({ host: '127.0.0.1', port: 8080, publicUrl: 'http://127.0.0.1:8080' })
    const message = problemsOf({})
    for (const name of Object.keys(enough)) expect(message).toContain(`${name}: is missing`)
    expect(message.match(/is missing/g)).toHaveLength(3)
  })

  it('lists every problem at once, without the values', () => {
    const wrong = {
      ...enough,
      PORT: 'eighty-thousand',
      PUBLIC_URL: 'ftp://canary-host',
      LOG_LEVEL: 'canary-level',
      ADMIN_KEY: 'canary-short',
      ENCRYPTION_KEYS: 'one:canary-key,two:' + key + ',two:' + key,
      DATABASE_URL: 'mysql://canary-user:canary-password@host/db',
      WORKER_TASK_QUEUES: 'canary-queue',
      ALLOWED_PRIVATE_NETWORKS: 'canary-network',
      TEMPORAL_TLS: 'canary-tls',
    }
    const message = problemsOf(wrong)
    for (const name of Object.keys(wrong)) expect(message).toContain(`  ${name}: `)
    expect(message).toContain('ENCRYPTION_KEYS: entry 1 is not id:base64 of 32 bytes')
    expect(message).toContain('ENCRYPTION_KEYS: the id of entry 3 is there twice')
    expect(message).not.toContain('canary')
    expect(message).not.toContain(key)
  })

  it('refuses a list of keys that holds none', () => {
    for (const keys of [',', ' ', 'one:']) expect(problemsOf({ ...enough, ENCRYPTION_KEYS: keys })).toContain('entry 1')
  })

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ ...enough, PORT: '', TEMPORAL_API_KEY: '' }).http.port).toBe(8080)
    expect(problemsOf({ ...enough, ADMIN_KEY: '' })).toContain('ADMIN_KEY: is missing')
  })

  it("finds the environment's provider apps by their names", () => {
    const { providerApps } = loadConfig({
      ...enough,
      QUICKBOOKS_CLIENT_ID: 'id',
      QUICKBOOKS_CLIENT_SECRET: 'secret',
      GOOGLE_DRIVE_WEBHOOK_SECRET: 'hook',
    })
    expect(providerApps.get('quickbooks')).toEqual({ clientId: 'id', clientSecret: 'secret' })
    expect(providerApps.get('google-drive')).toEqual({ webhookSecret: 'hook' })
  })

  it('is explained whole by .env.example', () => {
    const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
    const named = [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(match => match[1]!)
    const apps = named.filter(name => name.startsWith('QUICKBOOKS_'))
    expect(named.filter(name => !apps.includes(name)).sort()).toEqual([...variableNames].sort())
    expect(apps).toEqual(['QUICKBOOKS_CLIENT_ID', 'QUICKBOOKS_CLIENT_SECRET', 'QUICKBOOKS_WEBHOOK_SECRET'])
    const defaults = Object.fromEntries(
      [...example.matchAll(/^# ([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(match => [match[1]!, match[2]!]),
    )
    // Every value shown is one that the hub takes.
    expect(() => loadConfig({ ...enough, ...defaults })).not.toThrow()
  })
})
