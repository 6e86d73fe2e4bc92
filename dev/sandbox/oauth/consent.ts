import type Provider from 'oidc-provider'
import { type Exchange, readBody, sendJson } from '../http.ts'
import type { Storage } from '../storage.ts'
import { recordGrant } from './agreed.ts'
import type { Dialect } from './dialect.ts'
import { type Mount, escapeHtml, person } from './provider.ts'
import { fromServer } from './scopes.ts'

/** The page that asks the person, and what becomes of her answer. Fields of the form: `decision` (approve, deny), `account`. */
export async function handleConsent(
  { req, res }: Exchange,
  storage: Storage,
  { platform, dialect }: Mount,
  provider: Provider,
): Promise<void> {
  let interaction
  try {
    interaction = await provider.interactionDetails(req, res)
  } catch {
    return sendJson(res, 400, { error: 'this authorization request has expired, or belongs to another browser' })
  }
  const clientId = String(interaction.params['client_id'])
  const asked = (interaction.params['scope'] as string | undefined) ?? ''
  const scope = fromServer(asked)
  const params = JSON.parse((interaction.params['sandbox_params'] as string | undefined) ?? '{}') as Record<
    string,
    string
  >
  const named = dialect.accountNamed?.(params)
  if (req.method !== 'POST') {
    const accounts = named === undefined ? accountsOf(storage, platform, dialect) : [named]
    const page = consentPage(dialect, clientId, scope, accounts)
    res.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    res.end(page)
    return
  }
  const form = new URLSearchParams((await readBody(req)).toString('utf8'))
  const answer = { mergeWithLastSubmission: false }
  if (form.get('decision') !== 'approve') {
    const refused = { error: 'access_denied', error_description: 'The user did not authorize the request' }
    return provider.interactionFinished(req, res, refused, answer)
  }
  const account = named ?? (form.get('account') || dialect.accounts[0])
  if (!dialect.accountPattern.test(account)) return sendJson(res, 400, { error: 'no such account' })
  const granted = form.has('granted') ? form.getAll('granted').join(' ') : scope
  const grant = new provider.Grant({ accountId: person, clientId })
  grant.addOIDCScope(asked)
  const grantId = await grant.save()
  recordGrant(storage, platform, { id: grantId, clientId, account, scope: granted, params })
  const given = { login: { accountId: person, remember: false }, consent: { grantId } }
  await provider.interactionFinished(req, res, given, answer)
}

function accountsOf(storage: Storage, platform: string, dialect: Dialect): string[] {
  const known = storage.all<{ account: string }>('SELECT DISTINCT account FROM grants WHERE platform = ?', platform)
  return [...new Set([...dialect.accounts, ...known.map(row => row.account)])]
}

function consentPage(dialect: Dialect, clientId: string, scope: string, accounts: string[]): string {
  const scopes = scope.split(' ').filter(Boolean)
  const list = scopes.map(name => `<li><code>${escapeHtml(name)}</code></li>`).join('') || '<li>public data only</li>'
  const options = accounts.map(name => `<option>${escapeHtml(name)}</option>`).join('')
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Connect to ${dialect.name}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; background: #f2f4f7; color: #1c2430; display: grid; place-items: center; min-height: 100vh; margin: 0 }
  main { background: #fff; border-radius: 12px; box-shadow: 0 1px 4px #0002; box-sizing: border-box; padding: 2rem; width: min(30rem, 100vw - 2rem) }
  h1, code { overflow-wrap: anywhere } h1 { font-size: 1.3rem; margin-top: 0 } ul { padding-left: 1.2rem } small { color: #667 } select { font: inherit; padding: .3rem; width: 100% }
  button { font: inherit; border: 0; border-radius: 8px; padding: .6rem 1.4rem; margin: 1.2rem .5rem 0 0; cursor: pointer }
  button[value=approve] { background: #1f6feb; color: #fff }
</style>
<main>
  <small>${dialect.name}, sandbox</small>
  <h1><b>${escapeHtml(clientId)}</b> asks for access to your account</h1>
  <ul>${list}</ul>
  <form method="post">
    <label>Account <select name="account">${options}</select></label>
    <button name="decision" value="approve">Connect</button><button name="decision" value="deny">Cancel</button>
  </form>
</main></html>`
}
