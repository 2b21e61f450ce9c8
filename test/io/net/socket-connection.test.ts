import { tellConnectionStories } from './connection-stories.ts';

tellConnectionStories('socket', true);
