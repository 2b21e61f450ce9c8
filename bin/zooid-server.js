#!/usr/bin/env node
// Starts the server with the flags of server-flags.txt; dist/ holds the built program.
import { startServer } from './start-server.js';

startServer(process.argv.slice(2));
