/** A story about how ZooKeeper works, told by running it. */
export interface LearnScenario {
  /** As `npm run learn -- <name>` has it. */
  readonly name: string;
  /** One line: what it shows. */
  readonly title: string;
  /** The whole text. Throws when something is not as the story says. */
  run(): string;
}
