import { type Exchange, readBody, sendJson } from '../../http.ts'
import type { Tools } from '../../tools.ts'
import { makeKey } from './keys.ts'

/**
 * The page that gives an app a key: https://developer.woocommerce.com/docs/apis/rest-api/authentication. The key is POSTed to
 * the app before the person goes back, who stays here where the app does not take it.
 */
export async function answerConsent({ req, res, query, host = '' }: Exchange, tools: Tools): Promise<void> {
  const page = (status: number, body: string) => {
    res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    res.end(`<!doctype html><title>WooCommerce</title><main>${body}</main>`)
  }
  for (const name of ['app_name', 'user_id', 'return_url', 'callback_url', 'scope'])
    if (!query.get(name)) return page(401, `Error: Missing parameter ${name}`)
  const scope = query.get('scope')!
  if (!['read', 'write', 'read_write'].includes(scope)) return page(401, `Error: Invalid scope`)
  const [returnUrl, callbackUrl] = [query.get('return_url')!, query.get('callback_url')!]
  if (!URL.canParse(returnUrl)) return page(401, 'Error: The return_url is not a valid URL')
  if (!URL.canParse(callbackUrl) || !isSafe(new URL(callbackUrl)))
    return page(401, 'Error: The callback_url needs to be over SSL')
  if (req.method !== 'POST')
    return page(
      200,
      '<form method="post"><button name="decision" value="approve">Approve</button>' +
        '<button name="decision" value="deny">No thank you</button></form>',
    )
  const form = new URLSearchParams((await readBody(req)).toString('utf8'))
  const back = new URL(returnUrl)
  back.searchParams.set('user_id', query.get('user_id')!)
  back.searchParams.set('success', form.get('decision') === 'approve' ? '1' : '0')
  if (form.get('decision') === 'approve') {
    const { key, secret } = makeKey(tools, host, scope)
    const body = { key_id: 1, user_id: query.get('user_id'), consumer_key: key, consumer_secret: secret }
    const answer = await fetch(callbackUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json;charset=UTF-8' },
      body: JSON.stringify({ ...body, key_permissions: scope }),
    }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.status !== 200) {
      tools.endGrant(tools.grantIdOf(key)!, 'not delivered')
      return page(401, 'Error: An error occurred in the request and at the time were unable to send the consumer data')
    }
  }
  res.writeHead(302, { location: back.href, 'content-length': '0' }).end()
}

const isSafe = ({ protocol, hostname }: URL) => protocol === 'https:' || ['127.0.0.1', 'localhost'].includes(hostname)

/** What a refusal of WordPress says. */
export const wordpressError = (status: number, code: string, message: string) => ({ code, message, data: { status } })

export const refuse = (res: Exchange['res'], status: number, code: string, message: string): void =>
  sendJson(res, status, wordpressError(status, code, message))
