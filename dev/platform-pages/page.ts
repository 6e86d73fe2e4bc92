import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import type { Field } from '../../src/catalogue/schema/fields.ts'
import type { WebhookDefinition } from '../../src/catalogue/schema/webhooks.ts'
import { describeProvider } from '../../src/catalogue/describe.ts'
import { methodPart, row } from './methods.ts'
import { categoryName, code, codes, counted, limitOf, listed, span, table } from './words.ts'

/** The page of a platform, derived from its definition, in Markdown that is not formatted yet. */
export function platformPage(definition: ProviderDefinition): string {
  const parts: [string, string[]][] = [
    ['Ways to connect', definition.auth.map(method => methodPart(definition, method))],
    ['An app there', appPart(definition)],
    ['Scopes', [table(['Scope', 'Allows'], scopesOf(definition))]],
    ['Environments', [environmentsPart(definition)]],
    ['Limits', limitsPart(definition)],
    ['What can be synced', modelsPart(definition)],
    ['Webhooks', webhooksPart(definition)],
  ]
  const written = parts
    .map(([title, texts]) => [title, texts.filter(text => text !== '').join('\n\n')] as const)
    .filter(([, text]) => text !== '')
    .map(([title, text]) => `## ${title}\n\n${text}`)
  return [
    '<!-- Written by dev/describe-platforms.ts from the definition. -->',
    `# ${definition.name}`,
    offer(definition),
    ...written,
  ].join('\n\n')
}

function offer({ id, docs, category, capabilities = [], links = {} }: ProviderDefinition): string {
  const pages = [
    `[documentation](${docs})`,
    ...(links.guide ? [`[how connecting works there](${links.guide})`] : []),
    ...(links.status ? [`[status](${links.status})`] : []),
  ]
  const kind = category ? `Category: ${categoryName(category)}. ` : ''
  return `${kind}For ${listed(capabilities)}. In the API it is ${code(id)}.\n\nPages of its own: ${pages.join(', ')}.`
}

function appPart({ id, name, app, auth, links, webhooks }: ProviderDefinition): string[] {
  const redirected = auth.some(({ kind }) => kind === 'oauth2' || kind === 'app_installation')
  const asks = auth.some(method => 'clientAuth' in method && !('fields' in method && method.fields))
  const place = links?.app ?? ''
  if (!redirected && !asks && !webhooks)
    return place === '' ? [] : [`None is needed: [what to connect with](${place}) is the customer's own.`]
  const addresses = [
    ...(redirected ? [['Redirect URL', code(`<PUBLIC_URL>/oauth/callback/${id}`)]] : []),
    ...(webhooks ? [['Webhook URL', webhookUrl(id, webhooks)]] : []),
  ]
  const variable = id.toUpperCase().replaceAll('-', '_')
  const names = [
    ...(redirected || asks ? ['CLIENT_ID', 'CLIENT_SECRET'] : []),
    ...(webhooks && hasOwnSecret(webhooks) ? ['WEBHOOK_SECRET'] : []),
  ].map(suffix => code(`${variable}_${suffix}`))
  return [
    `Register it [at ${name}](${place}).`,
    table(['Give it', ''], addresses),
    `The hub takes it as a [provider app](../connections.md#provider-apps), or from the environment: ${listed(names)}.`,
    table(
      ['Field', 'Goes into', 'Called', 'What it is, or where it is found'],
      (app?.fields ?? []).map(one => appField(variable, one)),
    ),
  ]
}

/** Where webhooks are to be sent: what is not signed, only to an address that nobody can guess. */
function webhookUrl(id: string, { scheme, otherSchemes = [] }: WebhookDefinition): string {
  const url = `<PUBLIC_URL>/webhooks/${id}/<app>`
  return [scheme, ...otherSchemes].every(({ kind }) => kind === 'address')
    ? `${code(`${url}/<key>`)}, an [address with a key](../inbound-webhooks.md#an-address-of-one-connection) for each connection`
    : `${code(url)}, or without \`/<app>\` for the environment's app`
}

/** Whether an app needs a webhook secret: to verify by, or as what the platform shows when it tries the address. */
function hasOwnSecret({ secret, scheme, otherSchemes = [], handshakes = [] }: WebhookDefinition): boolean {
  if (handshakes.some(handshake => handshake.kind === 'query' && handshake.token !== undefined)) return true
  if (secret === 'client') return otherSchemes.length > 0
  return [scheme, ...otherSchemes].some(({ kind }) => kind !== 'address' && kind !== 'jwt')
}

/** With what the environment's app calls it. */
function appField(variable: string, field: Field): string[] {
  const [name = '', into = '', ...rest] = row(field, 'fields')
  const snake = field.name.replaceAll(/[A-Z]/g, letter => `_${letter}`).toUpperCase()
  return [name, `${into}, or ${code(`${variable}_APP_${snake}`)}`, ...rest]
}

function scopesOf({ scopes }: ProviderDefinition): string[][] {
  return Object.entries(scopes).map(([scope, meaning]) => [code(scope), meaning])
}

function environmentsPart({ environments }: ProviderDefinition): string {
  const rows = Object.entries(environments).map(([name, hosts], index) => {
    const addresses = [...new Set(Object.values(hosts).map(address => code(address.split('/')[2]!)))]
    return [
      `${code(name)}${index === 0 ? ', unless you name another' : ''}`,
      addresses.join(', ') || 'what the connection names',
    ]
  })
  return table(['Environment', 'Hosts'], rows)
}

function limitsPart({ limits = [], limitSigns = [] }: ProviderDefinition): string[] {
  const signs = [
    ...new Set(
      limitSigns.map(
        ({ status, wait }) => `Beside 429 a ${status} can say that it is used up: ${span(wait)} of waiting`,
      ),
    ),
  ]
  return [[...limits.map(limitOf), ...signs].map(line => `- ${line}.`).join('\n')]
}

function modelsPart(definition: ProviderDefinition): string[] {
  const rows = describeProvider(definition).models.map(model => [
    `[${code(model.id)}](${model.docs})`,
    model.description,
    model.operations.join(', '),
    model.incremental ? 'what has changed' : 'everything',
    counted(model.fields.length, 'field'),
  ])
  if (rows.length === 0) return ['No model yet: calls go [through the hub](../connections.md) as they are.']
  return [table(['Model', 'Holds', 'The hub can', 'A run reads', 'Mapped'], rows)]
}

function webhooksPart({ webhooks }: ProviderDefinition): string[] {
  if (!webhooks) return []
  const triggers = Object.entries(webhooks.triggers)
  const models = [...new Set(triggers.flatMap(([, { model }]) => model ?? []))]
  const runs = models.map(model => {
    const types = triggers.filter(([, trigger]) => trigger.model === model).map(([type]) => type)
    return `- ${codes(types)}: syncs of ${code(model)} run at once.`
  })
  const others = triggers.filter(([, { model }]) => model === undefined).map(([type]) => type)
  const rest = others.length > 0 ? [`- Events alone: ${codes(others)}.`] : []
  return [
    `[How they are sent and signed](${webhooks.docs}), and [what the hub does with them](../inbound-webhooks.md).`,
    ...(webhooks.register === undefined ? [] : [webhooks.register]),
    ...(webhooks.subscribe === undefined ? [] : [registeredByHub(webhooks.subscribe)]),
    [...runs, ...rest].join('\n'),
  ]
}

function registeredByHub({
  docs,
  about = {},
  types,
}: NonNullable<NonNullable<ProviderDefinition['webhooks']>['subscribe']>) {
  const things = Object.entries(about).map(([name, what]) => `${code(name)} (${what})`)
  const told = types?.names ? `${codes(Object.keys(types.names))} as \`types\`` : 'those below as `types`'
  const said = [...(types ? [told] : []), ...(things.length > 0 ? [`in \`about\` ${things.join(', ')}`] : [])]
  const hub = 'Or [the hub registers them](../inbound-webhooks.md#webhooks-that-the-hub-registers)'
  return `${hub} [by API](${docs})${said.length > 0 ? `, with ${said.join(', and ')}` : ''}.`
}
