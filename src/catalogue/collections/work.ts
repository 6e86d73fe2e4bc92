import { collection, date, instant, labels, text, type Members } from './shapes.ts'

const members: Members = {
  title: text('What it is called'),
  description: text('What it is about'),
  status: text('How far it is, in the words of the platform'),
  priority: text('How urgent it is, in the words of the platform'),
  assignee: text('Who sees to it'),
  labels: labels('Words that it is marked with'),
  number: text('Number or key by which people know it'),
  url: text('Its page'),
  dueDate: date('Day by which it is to be done'),
  createdAt: instant('When it was made'),
  updatedAt: instant('When it was last changed'),
  closedAt: instant('When it was closed'),
  project: text('What it belongs to'),
}

export const issues = collection('What is wrong or wanted, and is tracked', members)
export const tasks = collection('What is to be done', members)
