import { sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Storage } from '../../storage.ts'
import { type MailPorts, startMailServer } from './mail-server.ts'

const user = 'amy@causeway.example'
const password = 'sandbox-mail:+/% pässword'

const started = new WeakMap<Storage, Promise<MailPorts>>()

/** A mail server has ports of its own; it starts when the control endpoint is asked for them: `POST /_control/smtp`. */
function portsOf(storage: Storage): Promise<MailPorts> {
  const isEnded = () => storage.get('SELECT 1 FROM ended_keys WHERE platform = ? AND key = ?', 'smtp', user)
  const ports =
    started.get(storage) ?? startMailServer((name, given) => name === user && given === password && !isEnded())
  started.set(storage, ports)
  return ports
}

export const smtp: SandboxPlatform = {
  id: 'smtp',
  hosts: [],
  keys: { [user]: user },
  people: {
    login: {
      config: { host: '127.0.0.1', user },
      credentials: { password },
      wrongCredentials: { password: 'another' },
      externalAccountId: user,
    },
  },
  answer: ({ res }) => sendJson(res, 404, { message: 'a mail server does not speak HTTP' }),
  controls: [['POST', /^\/smtp$/, ({ storage }) => portsOf(storage)]],
}
