using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Counterfoil.Proofs.Tests")]
