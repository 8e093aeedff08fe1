using BenchmarkDotNet.Running;

// Tables go to BenchmarkDotNet.Artifacts/results as Markdown; bench/README.md says how to run one.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
