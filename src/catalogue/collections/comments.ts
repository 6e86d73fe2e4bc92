import { collection, decimal, instant, text } from './shapes.ts'

export const comments = collection('What somebody has said below a post or a video', {
  text: text('What was said'),
  author: text('The name of who said it'),
  authorId: text('Whose account that is, by its id at the platform'),
  post: text('The post or video, by its id at the platform'),
  replyTo: text('The comment that it answers, by its id at the platform'),
  likes: decimal('How often it was liked'),
  replies: decimal('How often it was answered'),
  createdAt: instant('When it was said'),
  updatedAt: instant('When it was last changed'),
})
