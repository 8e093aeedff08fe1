using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Counterfoil.Proofs.Tests")]
[assembly: InternalsVisibleTo("Counterfoil.Benchmarks")]
