using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Counterfoil.Tests;

namespace Counterfoil.Story.Tests;

/// <summary>Who may touch whom: the dependency rules of docs/architecture.md, held against the assemblies as built.</summary>
public sealed class ArchitectureTests
{
    static readonly string[] Pure = ["Core", "Log", "Zk", "Evm", "Evidence"];

    /// <summary>Room → the rooms it may reference. A room that is not here may not exist.</summary>
    static readonly Dictionary<string, string[]> MayTouch = new()
    {
        ["Core"] = [],
        ["Home"] = ["Core"],
        ["Log"] = ["Core"],
        ["Zk"] = ["Core"],
        ["Evm"] = ["Core"],
        ["Evidence"] = ["Core", "Log", "Zk", "Evm"],
        ["Log.Storage"] = ["Core", "Log", "Home"],
        ["Log.Http"] = ["Core", "Log", "Log.Storage"],
        ["Chain"] = ["Core", "Evm"],
        ["Chain.Storage"] = ["Core", "Evm", "Chain"],
        ["DevChain"] = ["Core", "Evm"],
        ["Models"] = ["Core", "Zk"],
        ["Prover"] = ["Core", "Zk", "Models", "Home"],
        ["Training"] = ["Core", "Zk", "Models"],
        ["Data"] = [.. Pure],
        ["Market"] = [.. Pure],
        ["Payments"] = [.. Pure],
        ["Payments.AspNetCore"] = [.. Pure, "Payments"],
    };

    static readonly string[] Hosts = ["Node", "Cli", "Explorer"];

    /// <summary>What runs inside the compiler and is in nothing that is shipped.</summary>
    static readonly string[] BuildTools = ["Evm.Generator"];

    public static TheoryData<string> Rooms => [.. MayTouch.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_touches_only_the_rooms_it_may(string room)
    {
        using var assembly = new Metadata(room);
        var touched = assembly.References.Where(r => r.StartsWith("Counterfoil.", StringComparison.Ordinal)).Select(r => r["Counterfoil.".Length..]);
        Assert.Empty(touched.Except(MayTouch[room]));
    }

    [Fact]
    public void Every_room_in_the_tree_has_its_rule()
    {
        var rooms = Directory.EnumerateDirectories(Path.Combine(Surroundings.Root, "src")).Select(d => Path.GetFileName(d)["Counterfoil.".Length..]);
        Assert.Equal(MayTouch.Keys.Concat(Hosts).Concat(BuildTools).Order(StringComparer.Ordinal), rooms.Order(StringComparer.Ordinal));
    }

    /// <summary>Home derives keys (Argon2id) and DevChain has a precompile (RIPEMD-160) from the same library; signatures are Core's alone.</summary>
    [Fact]
    public void Only_core_knows_the_signature_library()
    {
        string[] signatures = ["Org.BouncyCastle.Crypto.Signers", "Org.BouncyCastle.Crypto.Generators.Ed25519", "Org.BouncyCastle.Crypto.Parameters.Ed25519", "Org.BouncyCastle.Crypto.Parameters.EC", "Org.BouncyCastle.Math"];
        foreach (string room in MayTouch.Keys.Where(r => r != "Core"))
        {
            using var assembly = new Metadata(room);
            Assert.DoesNotContain(assembly.Members, m => signatures.Any(f => m.StartsWith(f, StringComparison.Ordinal)));
            if (room is not ("Home" or "DevChain")) Assert.DoesNotContain(assembly.References, r => r.StartsWith("BouncyCastle", StringComparison.Ordinal));
        }
    }

    public static TheoryData<string> PureRooms => [.. Pure];

    [Theory]
    [MemberData(nameof(PureRooms))]
    public void A_pure_room_has_no_network_disk_clock_or_randomness(string room)
    {
        using var assembly = new Metadata(room);
        string[] forbidden =
        [
            "System.Net.", "System.IO.File", "System.IO.Directory", "System.IO.Path.GetTemp", "System.Random", "System.Diagnostics.Process", "System.Diagnostics.Stopwatch",
            "System.Security.Cryptography.RandomNumberGenerator", "System.Environment.Get", "System.DateTime.get_Now", "System.DateTime.get_UtcNow",
            "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow", "System.Guid.NewGuid", "System.TimeProvider.get_System", "System.Threading.Thread.Sleep",
        ];
        Assert.DoesNotContain(assembly.Members, m => forbidden.Any(f => m.StartsWith(f, StringComparison.Ordinal)));
    }

    sealed class Metadata : IDisposable
    {
        readonly PEReader file;
        readonly MetadataReader reader;

        public Metadata(string room)
        {
            file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"Counterfoil.{room}.dll")));
            reader = file.GetMetadataReader();
        }

        public IEnumerable<string> References => reader.AssemblyReferences.Select(r => reader.GetString(reader.GetAssemblyReference(r).Name));

        /// <summary>Every member of another assembly that is used, as Namespace.Type.Member.</summary>
        public IEnumerable<string> Members => reader.MemberReferences.Select(h => reader.GetMemberReference(h))
            .Where(m => m.Parent.Kind == HandleKind.TypeReference)
            .Select(m => (Type: reader.GetTypeReference((TypeReferenceHandle)m.Parent), Member: reader.GetString(m.Name)))
            .Select(m => $"{reader.GetString(m.Type.Namespace)}.{reader.GetString(m.Type.Name)}.{m.Member}");

        public void Dispose() => file.Dispose();
    }
}
