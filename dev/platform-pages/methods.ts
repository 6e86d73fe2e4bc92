import type { AuthMethod } from '../../src/catalogue/schema/auth.ts'
import type { Field } from '../../src/catalogue/schema/fields.ts'
import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import { capital, code, codes, kindOf, listed, span, table } from './words.ts'

/** A method's part of its platform's page: how one connects by it, what lasts how long, and how it ends. */
export function methodPart(definition: ProviderDefinition, method: AuthMethod): string {
  const lines = [
    beginning(definition, method),
    where(method),
    asks(method),
    captured(method),
    life(method),
    end(method),
  ]
  return [
    `### ${capital(kindOf(method))}: ${code(method.id)}`,
    lines
      .filter(line => line !== '')
      .map(line => `- ${line}`)
      .join('\n'),
    table(['Field', 'Goes into', 'Called', 'What it is, or where it is found'], fieldsOf(method)),
  ].join('\n\n')
}

function beginning({ name }: ProviderDefinition, method: AuthMethod): string {
  switch (method.kind) {
    case 'oauth2':
      return `The person agrees at ${name}, with an app of yours.`
    case 'app_installation':
      return `The person installs your app at ${name}.`
    case 'key_delivery':
      return `The person agrees at ${name}, which sends the hub a key. No app is needed.`
    case 'client_credentials':
      return method.fields
        ? `The customer gives a client of their own, whose tokens are got with it.`
        : 'Your app asks in its own name, once the customer has let it in.'
    case 'jwt_assertion':
      return 'The customer gives a service account, and a signed assertion gets its tokens.'
    case 'token_exchange':
      return `A token from elsewhere is exchanged for one of ${name}.`
    case 'api_key':
      return `The person pastes a key: **${method.label}** (${method.help}).`
    case 'smtp':
      return 'The person gives a user and a password of the mail server.'
  }
}

function where({ environments, byNameOnly }: AuthMethod): string {
  const only = environments ? `For ${listed(environments.map(code))} only.` : ''
  return [only, byNameOnly ? 'Taken only where `method` names it.' : ''].filter(text => text !== '').join(' ')
}

function asks(method: AuthMethod): string {
  const always = 'requiredScopes' in method ? (method.requiredScopes ?? []) : []
  const named = 'defaultScopes' in method ? (method.defaultScopes ?? []) : []
  const usual = named.filter(scope => !always.includes(scope))
  if (usual.length + always.length === 0) return ''
  if (usual.length === 0) return `Asks for ${codes(always)}, and for what you name beside.`
  return `Asks for ${codes(usual)} unless you name others${always.length > 0 ? `, and always for ${codes(always)}` : ''}.`
}

function captured(method: AuthMethod): string {
  const told = [
    ...('captureFromRedirect' in method ? (method.captureFromRedirect ?? []) : []),
    ...('captureFromToken' in method ? Object.keys(method.captureFromToken ?? {}) : []),
    ...('capture' in method ? Object.keys(method.capture ?? {}) : []),
  ]
  const found = Object.keys(method.discover?.keep ?? {})
  const choice =
    found.length > 0 ? ` Where it opens several accounts the person chooses one, or ${code('config')} names it.` : ''
  const kept = [...new Set([...told, ...found])]
  return kept.length > 0 ? `The connection keeps ${codes(kept)} in ${code('config')}.${choice}` : ''
}

function life(method: AuthMethod): string {
  if (!('lifetime' in method)) return 'It works until it is changed or withdrawn at the platform.'
  const { access, refresh, absolute } = method.lifetime
  const token = access
    ? `A token lives ${span(access)} where the platform does not say otherwise`
    : 'A token lives as long as the platform says, and where it says nothing until it is revoked'
  const renewed =
    method.kind === 'oauth2' ? (access ? '; the hub renews it before' : '') : '; the next one is got in the same way'
  const itself =
    method.kind === 'oauth2' && method.refresh
      ? ' There is no refresh token: the token itself is exchanged for a newer one.'
      : ''
  const later = method.kind === 'oauth2' && refresh ? ` A refresh token lives ${span(refresh)}.` : ''
  const most = absolute ? ` After ${span(absolute)} the person has to agree again.` : ''
  return `${token}${renewed}.${itself}${later}${rotation(method)}${most}`
}

function rotation(method: AuthMethod): string {
  if (method.kind !== 'oauth2' || !method.rotation) return ''
  return ` Each use replaces it; a spent one is taken for ${span(method.rotation.reuseGrace)} more.`
}

function end(method: AuthMethod): string {
  const kept = 'Disconnecting destroys what the hub keeps'
  if (method.kind === 'oauth2' && method.revoke) return `${kept}, and gives the grant back at the platform.`
  return `${kept}; nothing is withdrawn at the platform: the person does that there.`
}

function fieldsOf(method: AuthMethod): string[][] {
  const given = 'fields' in method ? (method.fields ?? []) : []
  return [...(method.ask ?? []).map(one => row(one, 'config')), ...given.map(one => row(one, 'credentials'))]
}

/** A field as a row: its name, where it goes, its label and its help. */
export function row(field: Field, into: string): string[] {
  const usual = field.default === undefined ? '' : `; ${code(field.default)} unless given`
  return [code(field.name), code(into), field.label, `${field.help ?? ''}${usual}`]
}
