using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Counterfoil.Core.Digests;

namespace Counterfoil.Benchmarks;

/// <summary>Keccak-256: the permutation, one message, and messages in lanes. Beside SHA3-256 of the framework, the same permutation.</summary>
[MemoryDiagnoser]
public class KeccakBenchmarks
{
    const int Many = 1024, Length = 64;
    readonly byte[] messages = RandomNumberGenerator.GetBytes(Many * Length), digest = new byte[32];
    readonly Keccak256Digest[] digests = new Keccak256Digest[Many];
    readonly ulong[] state = new ulong[KeccakF1600.Words];

    [Benchmark] public void Permutation() => KeccakF1600.Permute(state);
    [Benchmark(Baseline = true)] public void Sha3OfFramework() => SHA3_256.HashData(messages.AsSpan(0, Length), digest);
    [Benchmark] public Keccak256Digest One() => Keccak256.Hash(messages.AsSpan(0, Length));
    [Benchmark(OperationsPerInvoke = Many)] public void InLanes() => Keccak256.HashMany(messages, Length, digests);
}

/// <summary>SHA-256 of messages as long as records are, in lanes and by the framework.</summary>
[MemoryDiagnoser]
public class Sha256Benchmarks
{
    const int Many = 1024;
    byte[] messages = [];
    readonly byte[] digest = new byte[32];
    readonly Sha256Digest[] digests = new Sha256Digest[Many];

    [Params(64, 100, 785)] public int Length { get; set; }

    [GlobalSetup] public void Setup() => messages = RandomNumberGenerator.GetBytes(Many * Length);
    [Benchmark(Baseline = true)] public void Framework() => SHA256.HashData(messages.AsSpan(0, Length), digest);
    [Benchmark] public Sha256Digest One() => Sha256.Hash(messages.AsSpan(0, Length));
    [Benchmark(OperationsPerInvoke = Many)] public void InLanes() => Sha256.HashMany(messages, Length, digests);
}

/// <summary>BLAKE3 from a block to many chunks.</summary>
[MemoryDiagnoser]
public class Blake3Benchmarks
{
    byte[] message = [];

    [Params(64, 1024, 16 << 10, 1 << 20)] public int Length { get; set; }

    [GlobalSetup] public void Setup() => message = RandomNumberGenerator.GetBytes(Length);
    [Benchmark] public Blake3Digest Hash() => Blake3.Hash(message);
}
