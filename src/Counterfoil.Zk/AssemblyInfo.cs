using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Counterfoil.Prover")]
[assembly: InternalsVisibleTo("Counterfoil.Proofs.Tests")]
[assembly: InternalsVisibleTo("Counterfoil.Benchmarks")]
