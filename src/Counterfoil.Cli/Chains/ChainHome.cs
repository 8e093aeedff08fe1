using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Home;

namespace Counterfoil.Cli.Chains;

/// <summary>What a home holds for one chain: its address book, the journal of its transactions, and the deployer's key. A chain is its id and its genesis block, for development chains share their id.</summary>
sealed class ChainHome : IDisposable
{
    const string KeyName = "chain-deployer";

    static readonly StoreSchema Schema = new("chains", 1);

    readonly HomeFolder home;
    readonly string name;

    ChainHome(HomeFolder home, ulong chainId, string name) => (this.home, ChainId, this.name) = (home, chainId, name);

    public ulong ChainId { get; }

    string BookPath => Path.Combine(home.FolderOf(Schema.Name), name + ".json");

    /// <summary>The file of the outbox.</summary>
    public string JournalPath => Path.Combine(home.FolderOf(Schema.Name), name + ".db");

    public static async Task<ChainHome> OpenToWriteAsync(string folder, string holder, ChainClient client, CancellationToken cancel)
    {
        var (id, name) = await NameAsync(client, cancel);
        HomeFolder.OpenToWrite(folder, holder, TimeProvider.System, [KeyStore.Schema, Schema], out var home).Require();
        return new ChainHome(home!, id, name);
    }

    /// <summary>The book of a chain, or null where the home or the book is not there.</summary>
    public static async Task<AddressBook?> ReadBookAsync(string folder, ChainClient client, CancellationToken cancel)
    {
        var (id, name) = await NameAsync(client, cancel);
        if (!File.Exists(Path.Combine(folder, "home.json"))) return null;
        HomeFolder.OpenToRead(folder, [Schema], out var home).Require();
        using var opened = new ChainHome(home!, id, name);
        return opened.ReadBook();
    }

    static async Task<(ulong Id, string Name)> NameAsync(ChainClient client, CancellationToken cancel)
    {
        ulong id = await client.GetChainIdAsync(cancel);
        var genesis = await client.GetBlockAsync(0UL, cancel) ?? throw new ChainException(client.Endpoint, "eth_getBlockByNumber", "there is no genesis block") { Kind = ChainFailure.WrongAnswer };
        return (id, string.Create(CultureInfo.InvariantCulture, $"{id}-{genesis.Hash.ToString()[..16]}"));
    }

    public AddressBook? ReadBook()
    {
        if (!File.Exists(BookPath)) return null;
        var info = new FileInfo(BookPath);
        if (info.Length > AddressBook.MaxLength) throw new InvalidDataException($"the address book {BookPath} has {info.Length} bytes, and at most {AddressBook.MaxLength} are read");
        AddressBook.Decode(File.ReadAllBytes(BookPath), out var book).Require();
        return book;
    }

    /// <summary>Writes the book beside the old one and puts it in its place.</summary>
    public void WriteBook(AddressBook book)
    {
        string fresh = BookPath + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(book.ToJson()));
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, BookPath, overwrite: true);
    }

    /// <summary>The deployer's key: of a file with 64 hexadecimal digits, or the home's own, which is made where there is none.</summary>
    public Secp256k1PrivateKey OpenKey(string? file)
    {
        if (file is not null) return ReadKey(file);
        KeyStore.Open(home, Environment.GetEnvironmentVariable("COUNTERFOIL_PASSPHRASE"), RandomNumberGenerator.Create(), out var opened).Require();
        using var keys = opened!;
        keys.List(out var entries).Require();
        if (entries.All(entry => entry.Name != KeyName)) keys.Create(KeyName, KeyKind.Secret32, out _).Require();
        keys.OpenSecret(KeyName, out var secret).Require();
        using (secret) return new Secp256k1PrivateKey(secret!.Bytes);
    }

    static Secp256k1PrivateKey ReadKey(string file)
    {
        if (!File.Exists(file)) throw new UsageException($"there is no file '{file}'", "--key names a file with a private key, 64 hexadecimal digits");
        if (new FileInfo(file).Length > 200) throw new UsageException($"'{file}' is too long for a private key", "64 hexadecimal digits");
        string text = File.ReadAllText(file).Trim();
        byte[] bytes = new byte[32];
        try
        {
            var digits = text.AsSpan(text.StartsWith("0x", StringComparison.Ordinal) ? 2 : 0);
            bool isKey = digits.Length == 64 && Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
            return isKey && Secp256k1PrivateKey.TryCreate(bytes, out var key) ? key : throw new UsageException($"'{file}' holds no private key", "64 hexadecimal digits, a number from 1 to the group's order");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public void Dispose() => home.Dispose();
}
