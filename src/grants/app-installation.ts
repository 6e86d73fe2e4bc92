import type { AppInstallation } from '../catalogue/schema/auth-token.ts'
import { addressOf } from './asking/address.ts'
import { clientOf } from './asking/app.ts'
import { askEndpoint } from './asking/endpoint.ts'
import { askForToken } from './asking/token-endpoint.ts'
import { asTokenError, failureIn, readTokenAnswer } from './answers/token-answer.ts'
import { errorWords, meaningOf } from './answers/error-meaning.ts'
import { TokenError } from './answers/token-error.ts'
import type { Given, Grant, GrantCall, Way } from './grant.ts'
import { signedJwt } from './signed-jwt.ts'
import { knownTo } from './known.ts'

/**
 * An app is installed in an account
 * (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app):
 * a JWT of the app gives tokens of the installation, as often as one is needed.
 */
export function appInstallation(method: AppInstallation): Way {
  return {
    async obtain(call, given) {
      await confirm(method, call, given)
      return tokenOf(method, call)
    },
    renews: () => true,
    renew: call => tokenOf(method, call),
    ends: false,
    end: async () => false,
  }
}

async function tokenOf(method: AppInstallation, call: GrantCall): Promise<Grant> {
  const jwt = await signedJwt(method.assertion, knownTo(call))
  const request = {
    method: 'POST' as const,
    url: addressOf(call, method.token),
    headers: { authorization: `Bearer ${jwt}` },
    body: '{}',
  }
  try {
    const answer = await askEndpoint(call.outgoing, request, call.limits)
    // The JWT is the app's: 401 is about its key. 404: the installation is gone. Any gateway may answer either with a page.
    const said = answer.members && meaningOf(method, errorWords(answer.members))
    const isVerdict = said !== undefined && said !== 'down' && said !== 'rate_limited'
    if (isVerdict && answer.status === 401) throw new TokenError('bad_client')
    if (isVerdict && answer.status === 404) throw new TokenError('dead_grant')
    return { ...readTokenAnswer(method, answer), refreshToken: undefined }
  } catch (error) {
    throw asTokenError(error)
  }
}

/** The redirect's code is the person's, its other parameters are anybody's: the person has to see the installation. */
async function confirm(method: AppInstallation, call: GrantCall, given: Given): Promise<void> {
  const { deadGrant, badClient = [], confirm: asked } = method
  const person = await askForToken(
    { token: asked.token, clientAuth: 'body', lifetime: {}, deadGrant, badClient },
    call,
    clientOf(call.app),
    { code: given.code, redirect_uri: given.redirectUri, grant_type: 'authorization_code' },
  )
  const headers = { authorization: `Bearer ${person.accessToken}` }
  try {
    const answer = await askEndpoint(
      call.outgoing,
      { method: 'GET', url: addressOf(call, asked.call), headers },
      call.limits,
    )
    if (answer.ok) return
    throw answer.status === 403 || answer.status === 404 ? new TokenError('refused') : failureIn(method, answer)
  } catch (error) {
    throw asTokenError(error)
  }
}
