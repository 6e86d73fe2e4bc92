import { readdirSync, readFileSync } from 'node:fs'
import { platforms } from '../../src/catalogue/platforms/index.ts'
import type { WebhookField, WebhookShape } from '../../src/catalogue/schema/webhooks.ts'
import { isEventType } from '../../src/delivery/events/types/event-types.ts'

const folder = new URL('../../src/catalogue/platforms/', import.meta.url)
const isHttps = (url: string) => new URL(url.replaceAll(/\{\w+\}/g, 'x')).protocol === 'https:'
const braces = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]!)

describe('the catalogue', () => {
  it('is the folder, in the order of the ids, each platform in a folder named after it', () => {
    const folders = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory())
    expect(platforms.map(provider => provider.id)).toEqual(folders.map(entry => entry.name).sort())
  })

  it('keeps each model in a file named after it, and each file short', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
    for (const { id, models = {} } of platforms) {
      const inFolder = files.filter(file => file.startsWith(`${id}/models/`))
      expect(inFolder.toSorted()).toEqual(
        Object.keys(models)
          .toSorted()
          .map(model => `${id}/models/${model}.ts`),
      )
    }
    const long = files.filter(file => readFileSync(new URL(file, folder), 'utf8').split('\n').length > 150)
    expect(long).toEqual([])
  })
})

describe.each(platforms)('$id', provider => {
  const { id, auth, scopes, environments, limits, webhooks, models = {} } = provider
  const oauth = auth.filter(method => method.kind === 'oauth2')

  it('has an id that fits addresses, variables and event types', () => {
    expect(id).toMatch(/^[a-z][a-z0-9-]{0,40}$/)
    expect(provider.name).not.toBe('')
    expect(isHttps(provider.docs)).toBe(true)
  })

  it('is reached over https only', () => {
    const urls = [
      ...Object.values(environments).map(environment => environment.api),
      ...oauth.flatMap(method => [method.authorize, method.token, ...(method.revoke ? [method.revoke.url] : [])]),
    ]
    expect(urls.length).toBeGreaterThan(0)
    for (const url of urls) expect([url, isHttps(url)]).toEqual([url, true])
  })

  it('can be connected to, and asks for scopes that it explains', () => {
    expect(auth.length).toBeGreaterThan(0)
    for (const method of oauth) for (const scope of method.defaultScopes) expect(Object.keys(scopes)).toContain(scope)
    for (const meaning of Object.values(scopes)) expect(meaning).toMatch(/^[A-Z].{5,}/)
    for (const method of auth) {
      if (method.kind === 'api_key' && method.pattern !== undefined)
        expect(() => new RegExp(method.pattern ?? '')).not.toThrow()
    }
  })

  it('says whose account it is by paths that its redirect can fill', () => {
    const captured = oauth.flatMap(method => method.captureFromRedirect ?? [])
    expect(provider.identity.get).toMatch(/^\//)
    for (const name of braces(provider.identity.get)) expect(captured).toContain(name)
    for (const from of [provider.identity.id, provider.identity.name]) {
      if (typeof from === 'string') expect(from).toMatch(/^[\w-]+(\.[\w-]+)*$/)
      else expect(captured).toContain(from.captured)
    }
  })

  it('has limits that let calls through', () => {
    for (const limit of limits ?? []) {
      if ('permits' in limit) {
        expect(limit.permits).toBeGreaterThan(0)
        expect(limit.window).toMatch(/^\d+[smhd]$/)
        for (const name of [limit.headers?.remaining, limit.headers?.reset])
          if (name) expect(name).toBe(name.toLowerCase())
      } else if ('concurrent' in limit) expect(limit.concurrent).toBeGreaterThan(0)
      else expect(limit.expected).toBeLessThanOrEqual(limit.capacity)
    }
  })

  // One without webhooks has none to look at.
  if (webhooks === undefined) return
  it('has webhooks whose headers, paths and event types can be met', () => {
    const { scheme, shapes, triggers, docs } = webhooks
    expect(isHttps(docs)).toBe(true)
    const headers = Object.entries(scheme).flatMap(([key, value]) => (/header$/i.test(key) ? [String(value)] : []))
    for (const header of [...headers, ...shapes.flatMap(headersOf)]) expect(header).toMatch(/^[a-z0-9-]+$/)
    for (const path of shapes.flatMap(pathsOf)) expect(path).toMatch(/^(\[\]|[\w-]+)((\[\])?\.[\w-]+)*(\[\])?$/)
    expect(Object.keys(triggers).length).toBeGreaterThan(0)
    for (const [type, trigger] of Object.entries(triggers)) {
      expect([`${id}.${type}`, isEventType(`${id}.${type}`)]).toEqual([`${id}.${type}`, true])
      expect(trigger.description).toMatch(/^[A-Z].{5,}/)
      if (trigger.model !== undefined) expect(Object.keys(models)).toContain(trigger.model)
    }
  })
})

function fieldsOf(shape: WebhookShape): WebhookField[] {
  const type = 'paths' in shape.type ? [] : [shape.type]
  return [...type, ...(shape.deliveryId ? [shape.deliveryId] : []), ...shape.account]
}

function headersOf(shape: WebhookShape): string[] {
  return fieldsOf(shape).flatMap(field => ('header' in field ? [field.header] : []))
}

function pathsOf(shape: WebhookShape): string[] {
  const typed = 'paths' in shape.type ? shape.type.paths : []
  const each = shape.each === undefined ? [] : [shape.each]
  return [...each, ...typed, ...fieldsOf(shape).flatMap(field => ('path' in field ? [field.path] : []))]
}
