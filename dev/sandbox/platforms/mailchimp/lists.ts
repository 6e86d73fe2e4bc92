import { createHash } from 'node:crypto'
import { type Exchange, sendJson } from '../../http.ts'
import type { Thing, Tools } from '../../tools.ts'

// https://mailchimp.com/developer/marketing/api/list-members/ and https://mailchimp.com/developer/marketing/api/campaigns/

type Problem = (status: number, title: string, detail: string) => object

/** A member's id: the MD5 of the address in small letters. */
export const memberId = (email: string) => createHash('md5').update(email.toLowerCase()).digest('hex')

/** Answers about members and campaigns; gives whether that was it. */
export function answerAboutLists(
  { req, res, path, query }: Exchange,
  tools: Tools,
  lists: string[],
  problem: Problem,
): boolean {
  const [, list, hash] = /^\/3\.0\/lists\/([^/]+)\/members(?:\/([^/]+))?$/.exec(path) ?? []
  const [, campaigns, campaign] = /^\/3\.0\/(campaigns)(?:\/([^/]+))?$/.exec(path) ?? []
  if ((list ?? campaigns) === undefined || req.method !== 'GET') return false
  const missing = () =>
    sendJson(res, 404, problem(404, 'Resource Not Found', 'The requested resource could not be found.'))
  const invalid = (detail: string) => sendJson(res, 400, problem(400, 'Invalid Resource', detail))
  if (list !== undefined && !lists.includes(list)) return (missing(), true)
  const all =
    list === undefined
      ? tools.things.list('campaigns', '').map(campaignOf)
      : tools.things.list('members', list).map(one => memberOf(list, one))
  const one = hash ?? campaign
  if (one !== undefined) {
    const found = all.find(({ id, email_address }) => [id, email_address].includes(one))
    return (found ? sendJson(res, 200, found) : missing(), true)
  }
  const count = Number(query.get('count') ?? 10)
  if (!(count >= 0 && count <= 1000)) return (invalid('count must be from 0 to 1000'), true)
  const [since, until] = ['since_last_changed', 'before_last_changed'].map(name => timeOf(query.get(name)))
  if (Number.isNaN(since) || Number.isNaN(until)) return (invalid('Not a valid date'), true)
  const sort = query.get('sort_field')
  const sorts =
    list === undefined ? ['create_time', 'send_time'] : ['timestamp_opt', 'timestamp_signup', 'last_changed']
  if (sort !== null && !sorts.includes(sort)) return (invalid('sort_field is not one of its values'), true)
  const status = query.get('status')
  const found = all
    // What is archived is told only to who asks for it.
    .filter(item => list === undefined || (status === null ? item['status'] !== 'archived' : item['status'] === status))
    .filter(item => since === undefined || Date.parse(String(item['last_changed'])) > since)
    .filter(item => until === undefined || Date.parse(String(item['last_changed'])) < until)
  const way = query.get('sort_dir') === 'DESC' ? -1 : 1
  if (sort !== null) found.sort((a, b) => (Date.parse(String(a[sort])) - Date.parse(String(b[sort]))) * way)
  const offset = Number(query.get('offset') ?? 0)
  const page = found.slice(offset, offset + count)
  const about = list === undefined ? { campaigns: page } : { members: page, list_id: list }
  sendJson(res, 200, { ...about, total_items: found.length, _links: [] })
  return true
}

const timeOf = (time: string | null) => (time === null ? undefined : Date.parse(time))

function memberOf(list_id: string, { email_address, ...said }: Thing): Thing {
  const email = String(email_address)
  return {
    ...{ id: memberId(email), email_address: email, unique_email_id: memberId(`u${email}`).slice(0, 10) },
    ...{ contact_id: memberId(`c${email}`), full_name: '', web_id: 1, email_type: 'html', status: 'subscribed' },
    ...{ merge_fields: { FNAME: '', LNAME: '', PHONE: '' }, language: '', vip: false, tags_count: 0, tags: [] },
    ...{ timestamp_signup: '', timestamp_opt: '2026-01-01T00:00:00+00:00', last_changed: '2026-01-01T00:00:00+00:00' },
    ...{ source: 'API - Generic', list_id },
    ...said,
  }
}

function campaignOf({ id, ...said }: Thing): Thing {
  return {
    ...{ id, web_id: 1, type: 'regular', create_time: '2026-01-01T00:00:00+00:00', send_time: '', status: 'save' },
    ...{
      archive_url: '',
      emails_sent: 0,
      recipients: { list_id: '57afe96172', list_name: 'News', recipient_count: 2 },
    },
    ...{ settings: { subject_line: '', title: `Campaign ${String(id)}`, from_name: 'A shop' }, _links: [] },
    ...said,
  }
}
