/** What a person does at the consent page. */
export interface Person {
  decision?: 'approve' | 'deny'
  /** Which of her accounts she connects (a realm id, a login); default: the one that the page offers first. */
  account?: string
  /** Where the app is, when the address does not say where she comes back to. */
  home?: string
  /** The scopes that she leaves ticked; all unless given. */
  granted?: string[]
  /** Whether she follows the last redirect to the app's callback; default true. */
  followCallback?: boolean
}

export interface Visit {
  /** The last redirect, to the app's callback, with its code or error. */
  callbackUrl: URL
  /** What the callback answered; undefined when it was not followed. */
  response: Response | undefined
}

const maxRedirects = 20

/**
 * Plays a person with a browser: opens the authorization URL, follows redirects with cookies, submits the consent form, and ends
 * at the app's callback. Throws with the page's text when the way ends elsewhere.
 */
export async function visitAsPerson(authorizationUrl: string, person: Person = {}): Promise<Visit> {
  const cookies = cookieJar()
  const start = new URL(authorizationUrl)
  const callback = start.searchParams.get('redirect_uri')
  // A request need not say where the person comes back to: then it is at home, or where the hub takes callbacks.
  const isBack = (url: URL) => url.origin === person.home || url.pathname.startsWith('/oauth/callback/')
  const isCallback = (url: URL) => (callback === null ? isBack(url) : url.href.split('?')[0] === callback.split('?')[0])
  let request: { url: URL; method: 'GET' | 'POST'; body?: URLSearchParams } = { url: start, method: 'GET' }

  for (let hop = 0; hop < maxRedirects; hop++) {
    if (isCallback(request.url)) {
      const follow = person.followCallback ?? true
      return {
        callbackUrl: request.url,
        response: follow ? await fetch(request.url, { redirect: 'manual' }) : undefined,
      }
    }
    const response = await fetch(request.url, {
      method: request.method,
      redirect: 'manual',
      headers: {
        ...{ cookie: cookies.header(request.url), accept: 'text/html' },
        ...(person.home === undefined ? {} : { referer: `${person.home}/` }),
      },
      ...(request.body ? { body: request.body } : {}),
    })
    cookies.keep(response, request.url)
    const location = response.headers.get('location')
    if (location) {
      await response.body?.cancel()
      request = { url: new URL(location, request.url), method: 'GET' }
      continue
    }
    const page = await response.text()
    if (!/<form/i.test(page))
      throw new Error(`no form at ${request.url.pathname} (${response.status}): ${plainText(page)}`)
    request = { url: formTarget(page, request.url), method: 'POST', body: fillForm(page, person) }
  }
  throw new Error(`more than ${maxRedirects} redirects`)
}

function formTarget(page: string, base: URL): URL {
  return new URL(/<form[^>]*\saction="([^"]*)"/i.exec(page)?.[1] ?? base.href, base)
}

/** Hidden fields as they are, the decision, and an account chosen from the list. */
function fillForm(page: string, { decision = 'approve', account, granted = [] }: Person): URLSearchParams {
  const form = new URLSearchParams()
  for (const [, name = '', value = ''] of page.matchAll(
    /<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"/gi,
  ))
    form.set(name, value)
  form.set('account', account ?? /<option[^>]*>([^<]*)/i.exec(page)?.[1] ?? '')
  form.set('decision', decision)
  for (const scope of granted) form.append('granted', scope)
  return form
}

function plainText(page: string): string {
  return page
    .replace(/<style[\s\S]*?<\/style>|<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
}

interface Cookie {
  host: string
  path: string
  value: string
}

function cookieJar(): { header(url: URL): string; keep(response: Response, url: URL): void } {
  const cookies = new Map<string, Cookie>()
  return {
    header: url =>
      [...cookies]
        .filter(([, cookie]) => cookie.host === url.host && url.pathname.startsWith(cookie.path))
        .map(([key, cookie]) => `${key.split(' ')[0]}=${cookie.value}`)
        .join('; '),
    keep(response, url) {
      for (const line of response.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split(/;\s*/)
        const [name = '', ...value] = pair.split('=')
        const attribute = (wanted: string) =>
          attributes.find(text => text.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
        const path = attribute('path') ?? '/'
        const expires = attribute('expires')
        const key = `${name} ${path}`
        if (expires && Date.parse(expires) < Date.now()) cookies.delete(key)
        else cookies.set(key, { host: url.host, path, value: value.join('=') })
      }
    },
  }
}
