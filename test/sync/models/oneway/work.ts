import { iso, past, seconds, timeOf, type Trial } from './trial.ts'

/** What people work on: issues, tasks, events, monitors. */
export const workTrials: Trial[] = [
  {
    ...{
      platform: 'github',
      model: 'issues',
      method: 'token',
      collection: 'issues',
      feed: 'changes',
      gone: 'compared',
    },
    ...{
      config: { owner: 'octocat', repository: 'causeway' },
      kind: 'issues',
      account: 'octocat/causeway',
      count: 130,
    },
    path: '/repos/octocat/causeway/issues',
    item: (number, change) => ({
      id: String(number),
      thing: {
        ...{ number, title: `Issue ${number} ${change}`, state: number === 1 ? 'closed' : 'open', body: 'It leaks' },
        ...{ created_at: seconds(past(number)), updated_at: seconds(timeOf(number, change)) },
        ...{
          labels: [
            { id: 1, name: 'bug' },
            { id: 2, name: 'river' },
          ],
          assignee: { login: 'hubot' },
        },
      },
    }),
    first: {
      ...{ title: 'Issue 1 0', status: 'closed', description: 'It leaks', number: '1', labels: ['bug', 'river'] },
      ...{
        assignee: 'hubot',
        url: 'https://github.com/octocat/causeway/issues/1',
        createdAt: `${seconds(past(1)).slice(0, 19)}.000Z`,
      },
    },
    besides: [
      {
        ...{ platform: 'github', kind: 'issues', account: 'octocat/causeway', id: '9000' },
        thing: { number: 9000, pull_request: { url: 'https://api.github.com/repos/octocat/causeway/pulls/9000' } },
      },
    ],
  },
  {
    ...{
      platform: 'gitlab',
      model: 'issues',
      method: 'token',
      collection: 'issues',
      feed: 'changes',
      gone: 'compared',
    },
    ...{
      config: { project: 'ada/p1' },
      kind: 'issues',
      account: 'ada/p1',
      count: 130,
      path: '/api/v4/projects',
    },
    item: (iid, change) => ({
      id: String(iid),
      thing: {
        ...{ iid, title: `Issue ${iid} ${change}`, state: 'opened', labels: ['bug'], due_date: '2026-03-01' },
        ...{ created_at: iso(past(iid)), updated_at: iso(timeOf(iid, change)), assignee: { id: 7, username: 'grace' } },
      },
    }),
    first: {
      title: 'Issue 1 0',
      status: 'open',
      number: '1',
      labels: ['bug'],
      dueDate: '2026-03-01',
      assignee: 'grace',
    },
  },
  {
    ...{ platform: 'jira', model: 'issues', method: 'token', collection: 'issues', feed: 'changes', gone: 'compared' },
    ...{ config: { project: 'CROSS' }, kind: 'issues', account: 'causeway.atlassian.net', count: 130 },
    path: '/rest/api/2/search/jql',
    item: (n, change) => ({
      id: String(10_000 + n),
      thing: {
        ...{ id: String(10_000 + n), key: `CROSS-${n}` },
        fields: {
          ...{ summary: `Issue ${n} ${change}`, description: 'The *bridge*', labels: ['river'], duedate: '2026-03-01' },
          // As the person's zone has it.
          updated: iso(new Date(timeOf(n, change).getTime() + 8 * 3_600_000)).replace('Z', '+0800'),
        },
      },
    }),
    first: {
      ...{ title: 'Issue 1 0', description: 'The *bridge*', status: 'To Do', priority: 'Medium', number: 'CROSS-1' },
      ...{ project: 'CROSS', labels: ['river'], dueDate: '2026-03-01', updatedAt: iso(past(1)) },
    },
  },
  {
    ...{ platform: 'asana', model: 'tasks', method: 'personal-token', collection: 'tasks', feed: 'changes' },
    ...{
      gone: 'compared',
      config: { project: '1198000000000000' },
      kind: 'tasks',
      account: '1198000000000000',
      count: 130,
    },
    path: '/api/1.0/tasks',
    item: (n, change) => ({
      id: String(1_197_000_000_000_000 + n),
      thing: {
        ...{ gid: String(1_197_000_000_000_000 + n), name: `Task ${n} ${change}`, notes: 'Soon', completed: n === 1 },
        ...{ modified_at: iso(timeOf(n, change)), due_on: '2026-03-01', tags: [{ gid: '1', name: 'river' }] },
      },
    }),
    first: { title: 'Task 1 0', description: 'Soon', status: 'closed', labels: ['river'], dueDate: '2026-03-01' },
  },
  {
    ...{
      platform: 'google-calendar',
      model: 'events',
      method: 'oauth',
      collection: 'events',
      feed: 'changes',
      gone: 'told',
    },
    ...{
      kind: 'events',
      account: 'ada@causeway.example',
      count: 260,
      path: '/calendar/v3/calendars',
    },
    item: (n, change) => ({
      id: `ev${n}`,
      thing: {
        ...{
          id: `ev${n}`,
          summary: `Event ${n} ${change}`,
          _at: change > 0 ? 1000 + n : n,
          updated: iso(timeOf(n, change)),
        },
        ...(n === 1 ? { start: { date: '2026-02-01' }, end: { date: '2026-02-02' } } : {}),
        attendees: [{ email: 'grace@causeway.example', responseStatus: 'accepted' }],
      },
    }),
    cancelled: n => ({ id: `ev${n}`, thing: { id: `ev${n}`, status: 'cancelled', _at: 5000 } }),
    first: {
      ...{ title: 'Event 1 0', startsOn: '2026-02-01', endsOn: '2026-02-02', organizer: 'ada@causeway.example' },
      attendees: [{ email: 'grace@causeway.example', status: 'accepted' }],
    },
  },
  {
    ...{
      platform: 'datadog',
      model: 'monitors',
      method: 'keys',
      collection: 'monitors',
      feed: 'none',
      gone: 'compared',
    },
    ...{ kind: 'monitors', account: '00000000-0000-4000-8000-00000000dd01', count: 520 },
    path: '/api/v1/monitor',
    item: (n, change) => ({ id: String(n), thing: { id: n, name: `Monitor ${n} ${change}`, tags: ['team:bridge'] } }),
    first: { name: 'Monitor 1 0', status: 'OK', tags: ['team:bridge'], owner: 'ada@causeway.example' },
  },
]
