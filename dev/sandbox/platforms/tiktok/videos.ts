import type { Thing, Tools } from '../../tools.ts'

// https://developers.tiktok.com/doc/tiktok-api-v2-video-list

const first: Thing = { id: '7080213458555737986', title: 'A video', create_time: 1_767_225_600 }

/** A page of a person's videos, the newest first; a text is what is wrong with what was asked. */
export function videosOf(tools: Tools, account: string, fields: string[], asked: unknown): object | string {
  const { cursor, max_count = 10 } = (asked ?? {}) as { cursor?: unknown; max_count?: unknown }
  if (fields.length === 0) return 'Fields are required'
  if (typeof max_count !== 'number' || max_count < 1 || max_count > 20) return 'max_count must be from 1 to 20'
  if (cursor !== undefined && typeof cursor !== 'number') return 'cursor must be a number'
  const own = tools.things.list('videos', account)
  const all = (own.length === 0 ? [first] : own)
    .map((video): Thing => ({ view_count: 0, like_count: 0, comment_count: 0, share_count: 0, ...video }))
    .sort((one, other) => Number(other['create_time']) - Number(one['create_time']))
  // A cursor is the time in milliseconds before which videos are told.
  const behind = all.filter(video => cursor === undefined || Number(video['create_time']) * 1000 < cursor)
  const page = behind.slice(0, max_count)
  const videos = page.map(video =>
    Object.fromEntries(Object.entries(video).filter(([name]) => name === 'id' || fields.includes(name))),
  )
  return { videos, cursor: Number(page.at(-1)?.['create_time'] ?? 0) * 1000, has_more: behind.length > max_count }
}
