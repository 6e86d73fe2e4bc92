import { fieldFaults } from './field-faults.ts'
import type { AuthMethod } from './schema/auth.ts'
import type { ProviderDefinition } from './schema/definition.ts'
import type { TokenRules } from './schema/webhooks/schemes.ts'

/** What is wrong with a definition, and where: members joined by dots. */
export interface Fault {
  path: string
  message: string
}

/** What stands somewhere in a definition. */
interface Found {
  path: string[]
  value: unknown
}

/** Members in which braces mean something else, or nothing. */
const unfilled = new Set([
  ...['document', 'pattern', 'hostPatterns', 'body', 'constant', 'restore', 'words', 'capture', 'issuers', 'entry'],
  ...['docs', 'links', 'summary', 'description', 'help', 'label', 'name', 'register', 'says', 'keys'],
])
/** What is filled from something other than a connection's configuration, by the part of the definition. */
const ownNames: Record<string, string[]> = {
  auth: ['clientId', 'clientSecret', 'accessToken'],
  calls: ['clientId', 'clientSecret'],
  models: [
    'id',
    'since',
    'after',
    ...['from', 'to', 'next'].flatMap(end => ['', 'Year', 'Month', 'Day'].map(part => end + part)),
  ],
  webhooks: ['timestamp', 'body', 'method', 'url', 'secret', 'crc32', 'form'],
}

/** What a call that ends a grant may say besides. */
const revoking = ['refreshToken', 'clientSecret']

/** What a call about a subscription may say besides, with what that is about. */
const subscribing = ({ webhooks }: ProviderDefinition) => [
  ...['address', 'id', 'ownId', 'type', 'types', 'expiresAt', 'expiresAtMs', 'platformId', 'platformResource'],
  ...Object.keys(webhooks?.subscribe?.about ?? {}),
]

/**
 * What does not fit together in a definition that is right in each of its parts: a scope that nobody explains, a name in braces
 * that nothing fills, a model that is not there.
 */
export function crossReferenceFaults(definition: ProviderDefinition): Fault[] {
  const all = partsOf(definition)
  return [
    ...twiceFaults(definition.auth),
    ...environmentFaults(definition),
    ...scopeFaults(definition),
    ...templateFaults(definition, all),
    ...hostFaults(definition, all),
    ...secondFaults(definition, all),
    ...modelFaults(definition),
    ...schemeFaults(definition),
    ...subscribeFaults(definition),
  ]
}

function partsOf(value: unknown, path: string[] = []): Found[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return [{ path, value }, ...inner.flatMap(([key, member]) => partsOf(member, [...path, key]))]
}

const fault = (path: (string | number)[], message: string): Fault => ({ path: path.join('.'), message })

function twiceFaults(auth: AuthMethod[]): Fault[] {
  const ids = auth.map(({ id }) => id)
  return ids.flatMap((id, at) => (ids.indexOf(id) < at ? [fault(['auth', at, 'id'], 'is another method already')] : []))
}

function environmentFaults({ auth, environments }: ProviderDefinition): Fault[] {
  return auth.flatMap((method, at) =>
    (method.environments ?? [])
      .filter(name => !Object.hasOwn(environments, name))
      .map(name => fault(['auth', at, 'environments'], `${name} is no environment of this platform`)),
  )
}

function scopeFaults({ auth, scopes }: ProviderDefinition): Fault[] {
  return auth.flatMap((method, at) => {
    const lists = ['defaultScopes', 'requiredScopes'] as const
    return lists.flatMap(list => {
      const asked = (method as Partial<Record<typeof list, string[]>>)[list] ?? []
      const unknown = asked.filter(scope => !Object.hasOwn(scopes, scope))
      return unknown.map(scope => fault(['auth', at, list], `${scope} is not explained in scopes`))
    })
  })
}

/** Members that give names to values: lists of fields or of names, and records by name. */
const naming = new Set(['ask', 'fields', 'captureFromRedirect', 'captureFromToken', 'keep', 'secrets', 'capture'])

/** The names that a connection or its app has values for, by any of the methods. */
function namesIn(all: Found[]): Set<string> {
  const lists = all.filter(({ path }) => ['auth', 'app'].includes(path[0]!) && naming.has(path.at(-1)!))
  const names = lists.flatMap(({ value }) =>
    Array.isArray(value)
      ? value.map((one: string | { name: string }) => (typeof one === 'string' ? one : one.name))
      : Object.keys(value as object),
  )
  return new Set(names)
}

function templateFaults(definition: ProviderDefinition, all: Found[]): Fault[] {
  const names = namesIn(all)
  const faults = all.flatMap(({ path, value }) => {
    if (typeof value !== 'string' || path.some(member => unfilled.has(member))) return []
    const also = path.includes('revoke') ? revoking : path[1] === 'subscribe' ? subscribing(definition) : []
    const asked = path[0] === 'models' ? (definition.models?.[path[1]!]?.asks ?? []).map(({ name }) => name) : []
    const known = [...names, ...(ownNames[path[0]!] ?? []), ...also, ...asked]
    const missing = [...value.matchAll(/\{\+?(\w+)\}/g)].map(([, name]) => name!).filter(name => !known.includes(name))
    return missing.map(name => fault(path, `nothing fills {${name}}`))
  })
  return [...faults, ...identityFaults(definition, names)]
}

/** An account that is named by what the connection keeps is named by something that it does keep. */
function identityFaults({ identity, auth }: ProviderDefinition, names: Set<string>): Fault[] {
  const own = auth.map((method, at) => [['auth', at, 'identity'], method.identity] as const)
  return [[['identity'], identity] as const, ...own].flatMap(([path, said]) => {
    if (said === undefined) return []
    const named = 'captured' in said ? said : said.id
    if (typeof named === 'string' || names.has(named.captured)) return []
    return [fault([...path], `nothing captures ${named.captured}`)]
  })
}

/** A host that is left open says what may stand there, and a host that is named is there in each environment. */
function hostFaults({ environments, auth, hostPatterns = {} }: ProviderDefinition, all: Found[]): Fault[] {
  const open = all.flatMap(({ path, value }) => {
    const [, host = ''] = typeof value === 'string' ? (/^https:\/\/([^/]+)/.exec(value) ?? []) : []
    const parts = [...host.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
    return parts
      .filter(name => !Object.hasOwn(hostPatterns, name))
      .map(name => fault(path, `{${name}} has no pattern in hostPatterns`))
  })
  const loose = Object.entries(hostPatterns).flatMap(([name, pattern]) =>
    pattern.startsWith('^') && pattern.endsWith('$')
      ? []
      : [fault(['hostPatterns', name], 'must begin with ^ and end with $')],
  )
  const environmentsAt = ([part, at]: string[]) =>
    (part === 'auth' ? auth[Number(at)]?.environments : undefined) ?? Object.keys(environments)
  const called = auth.some(({ kind }) => kind !== 'smtp')
  const bare = Object.entries(environments)
    .filter(([, hosts]) => called && hosts.api === undefined)
    .map(([name]) => fault(['environments', name, 'api'], 'is missing'))
  const missing = all.flatMap(({ path, value }) => {
    if (path.at(-1) !== 'host' || path[0] === 'hostPatterns' || typeof value !== 'string') return []
    const without = environmentsAt(path).filter(name => !Object.hasOwn(environments[name] ?? {}, value))
    return without.map(name => fault(path, `the environment ${name} has no host ${value}`))
  })
  return [...open, ...loose, ...bare, ...missing]
}

/** Members whose own members a platform names. */
const calledByPlatform = new Set(['query', 'headers', 'fields'])

/** Who a call is made as is one whose token some method keeps. */
function secondFaults({ auth }: ProviderDefinition, all: Found[]): Fault[] {
  const known = auth.map(method => ('second' in method ? method.second?.as : undefined))
  const isOfCall = (path: string[]) => !path.some(member => unfilled.has(member) || calledByPlatform.has(member))
  const named = all.filter(
    ({ path, value }) => path[0] === 'models' && path.at(-1) === 'as' && typeof value === 'string' && isOfCall(path),
  )
  return named
    .filter(({ value }) => !known.includes(value as string))
    .map(({ path, value }) => fault(path, `no method has a second token ${value as string}`))
}

function modelFaults({ models = {}, webhooks }: ProviderDefinition): Fault[] {
  const triggers = Object.entries(webhooks?.triggers ?? {}).flatMap(([type, { model }]) =>
    model === undefined || Object.hasOwn(models, model)
      ? []
      : [fault(['webhooks', 'triggers', type, 'model'], 'is no model of this platform')],
  )
  const parts = Object.entries(models).flatMap(
    ([name, { list, changedSince, update, delete: remove, fields, ...model }]) => [
      ...(model.windows && ['query', 'offset', 'keyset'].includes(list.kind)
        ? [fault(['models', name, 'windows'], 'need a list that is not asked for by position or by value')]
        : []),
      ...(model.windows && changedSince
        ? [fault(['models', name, 'changedSince'], 'has no meaning beside windows')]
        : []),
      ...(model.export && (model.windows ?? changedSince?.kind === 'token')
        ? [fault(['models', name, 'export'], 'has no meaning beside windows and tokens of a list')]
        : []),
      // What somebody tells meanwhile is newer than the file.
      ...(model.export && !model.updatedAt && !model.versionRises
        ? [fault(['models', name, 'export'], 'needs a time of the last change, or a version that rises')]
        : []),
      ...(model.kind === 'append' && (update ?? remove ?? model.create)
        ? [fault(['models', name, 'kind'], 'is only read: nothing is written')]
        : []),
      ...(model.kind !== 'append' && !model.read ? [fault(['models', name, 'read'], 'is missing')] : []),
      ...fieldFaults(fields, Object.keys(models)).map(({ at, message }) =>
        fault(['models', name, 'fields', ...at], message),
      ),
      ...(changedSince?.kind === 'where' && list.kind !== 'query'
        ? [fault(['models', name, 'changedSince'], 'is a condition, but the list takes no statement')]
        : []),
      ...(remove?.kind === 'mark' && !update
        ? [fault(['models', name, 'delete'], 'is an update, but there is none')]
        : []),
      ...[...(model.lookup?.by ?? []), ...(model.match ?? []).flat()]
        .filter(path => !fields.some(([canonical]) => canonical === path))
        .map(path =>
          fault(['models', name, model.lookup?.by.includes(path) ? 'lookup' : 'match'], `${path} is not mapped`),
        ),
    ],
  )
  return [...triggers, ...parts]
}

/** What a token says of an app is a field of the app that everybody may see, and a token of each item stands alone. */
function schemeFaults({ app, webhooks }: ProviderDefinition): Fault[] {
  if (!webhooks) return []
  const open = (app?.fields ?? []).filter(({ secret }) => secret !== true).map(({ name }) => name)
  const { scheme, otherSchemes = [], itemTokens } = webhooks
  const at = ['webhooks', 'otherSchemes']
  const alone = [scheme, ...otherSchemes].some(one => one.kind === 'shared-token' && 'path' in one.in)
  const missingIn = ({ audience, claims = {} }: Pick<TokenRules, 'audience' | 'claims'>) =>
    [audience, ...Object.values(claims)].flatMap(value =>
      typeof value === 'object' && !open.includes(value.field) ? value.field : [],
    )
  const unknown = (place: (string | number)[]) => (name: string) =>
    fault(place, `${name} is no field of the app that is not secret`)
  return [
    ...(itemTokens && !alone ? [fault(['webhooks', 'itemTokens'], 'stand beside a token of each item')] : []),
    ...(itemTokens?.forms ?? []).flatMap((form, index) =>
      missingIn(form).map(unknown(['webhooks', 'itemTokens', 'forms', index])),
    ),
    ...(alone && otherSchemes.length > 0 ? [fault(at, 'are not taken where each item has to show a token')] : []),
    ...[scheme, ...otherSchemes].flatMap((one, index) => {
      const place = index === 0 ? ['webhooks', 'scheme'] : [...at, index - 1]
      return one.kind === 'jwt' ? missingIn(one).map(unknown(place)) : []
    }),
  ]
}

/** The types that a platform can be told are triggers, and what decides how long a subscription lives is something it is about. */
function subscribeFaults({ webhooks }: ProviderDefinition): Fault[] {
  const subscribe = webhooks?.subscribe
  if (!subscribe) return []
  const { types, lifetime, about = {} } = subscribe
  const at = ['webhooks', 'subscribe']
  const unknown = Object.keys(types?.names ?? {}).filter(type => !Object.hasOwn(webhooks.triggers, type))
  const by = typeof lifetime === 'object' && !Object.hasOwn(about, lifetime.by) ? [lifetime.by] : []
  return [
    ...unknown.map(type => fault([...at, 'types', 'names', type], 'is no type that it sends')),
    ...by.map(name => fault([...at, 'lifetime', 'by'], `${name} is nothing that it is about`)),
  ]
}
