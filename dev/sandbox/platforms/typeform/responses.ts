import { type Exchange, sendJson } from '../../http.ts'
import type { Thing, Tools } from '../../tools.ts'

// https://www.typeform.com/developers/responses/reference/retrieve-responses/

const forms = ['fOrder', 'fFeedback']

interface Answering {
  lacks: (scope: string) => boolean
  refuse: (status: number, code: string, description: string) => void
}

/** Answers with a form's responses, the newest first; gives whether that was asked for. */
export function answerAboutResponses(
  { req, res, path, query }: Exchange,
  tools: Tools,
  { lacks, refuse }: Answering,
): boolean {
  const form = /^\/forms\/([^/]+)\/responses$/.exec(path)?.[1]
  if (form === undefined || req.method !== 'GET') return false
  if (lacks('responses:read')) return (refuse(403, 'FORBIDDEN', 'responses:read is missing'), true)
  if (!forms.includes(form)) return (refuse(404, 'FORM_NOT_FOUND', `Non existing form with uid ${form}`), true)
  const size = Number(query.get('page_size') ?? 25)
  if (!(size >= 1 && size <= 1000)) return (refuse(400, 'VALIDATION_ERROR', 'page_size must be from 1 to 1000'), true)
  const [before, after, sort] = [query.get('before'), query.get('after'), query.get('sort')]
  if (sort !== null && (before ?? after) !== null)
    return (refuse(400, 'VALIDATION_ERROR', 'sort cannot be used with before or after'), true)
  const times = ['since', 'until'].map(name => query.get(name))
  if (times.some(time => time !== null && !/^(\d{10}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?)$/.test(time)))
    return (refuse(400, 'VALIDATION_ERROR', 'since and until are times to the second'), true)
  const [since, until] = times.map(time => (time === null ? undefined : at(time)))
  const all = tools.things
    .list('responses', form)
    .map(shown)
    .sort((one, other) => String(other['submitted_at']).localeCompare(String(one['submitted_at'])))
  const within = all.filter(({ submitted_at }) => {
    const ms = Math.floor(Date.parse(String(submitted_at)) / 1000) * 1000
    return (since === undefined || ms >= since) && (until === undefined || ms <= until)
  })
  const edge = before ?? after
  const place = edge === null ? -1 : within.findIndex(({ token }) => token === edge)
  // Who names a response that is not there gets nothing.
  const behind =
    edge === null ? within : place < 0 ? [] : before !== null ? within.slice(place + 1) : within.slice(0, place)
  sendJson(res, 200, {
    total_items: within.length,
    page_count: Math.ceil(within.length / size),
    items: behind.slice(0, size),
  })
  return true
}

const at = (time: string) =>
  /^\d+$/.test(time) ? Number(time) * 1000 : Date.parse(time.endsWith('Z') ? time : `${time}Z`)

function shown({ token, ...said }: Thing): Thing {
  return {
    ...{ landing_id: token, token, response_id: token, response_type: 'completed' },
    ...{ landed_at: '2026-01-01T00:00:00Z', submitted_at: '2026-01-01T00:01:00Z' },
    ...{ metadata: { platform: 'other', network_id: '3f1b2c', referer: 'https://causeway.typeform.com/to/fOrder' } },
    ...{ hidden: {}, calculated: { score: 0 }, answers: [] },
    ...said,
  }
}
