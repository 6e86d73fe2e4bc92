import { conform } from './suite.ts'

await conform([
  ...['gmail', 'google-calendar', 'google-sheets', 'youtube', 'google-ads', 'microsoft-teams'],
  ...['github', 'gitlab', 'jira', 'datadog', 'zapier'],
])
